using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using AgentSim.Files;

namespace AgentSim.Engines;

/// <summary>
/// A float64 array of a NumPy <c>.npz</c> archive: a zip of <c>.npy</c> entries, each a short text header
/// (dtype, order, shape) and the raw little-endian values.
/// </summary>
internal sealed partial class NumpyArray
{

    private readonly double[] _values;
    private readonly int[] _shape;
    private readonly bool _columnMajor;

    private NumpyArray(double[] values, int[] shape, bool columnMajor) => (_values, _shape, _columnMajor) = (values, shape, columnMajor);

    /// <summary>Reads entries of an archive by name, without the <c>.npy</c> ending.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="names">The entries to read; others are passed over, and those that are missing are missing in the result.</param>
    /// <param name="allowsWhole">Whether arrays of int64 will do, too.</param>
    /// <exception cref="InvalidDataException">Not a zip, or an entry that is not a float64 array.</exception>
    public static Dictionary<string, NumpyArray> ReadArchive(Stream file, IReadOnlyCollection<string> names, bool allowsWhole = false)
    {
        using ZipArchive archive = Open(file);
        Dictionary<string, NumpyArray> arrays = [];
        long left = InputLimits.Profile.Value;
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
            if (!names.Contains(name)) continue;
            using Stream stream = entry.Open();
            // Not by the length that the archive states, which need not be true.
            ReadOnlyMemory<byte> content = BoundedFile.Read(stream, left)
                ?? throw new InvalidDataException(
                    $"its arrays have more than {InputLimits.Profile.Size}; make them smaller ({InputLimits.Profile.Raise})");
            left -= content.Length;
            arrays[name] = Parse(name, content.Span, allowsWhole);
        }

        return arrays;
    }

    private static ZipArchive Open(Stream file)
    {
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException("this is no .npz archive", error);
        }
    }

    public double[] Vector(string name) =>
        _shape.Length == 1 ? _values : throw new InvalidDataException($"{name} is not one-dimensional");

    public double[,] Matrix(string name, int rows, int columns)
    {
        if (_shape.Length != 2 || _shape[0] != rows || _shape[1] != columns)
            throw new InvalidDataException($"{name} is not {rows} x {columns}");
        double[,] matrix = new double[rows, columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                matrix[row, column] = _values[_columnMajor ? (column * rows) + row : (row * columns) + column];
            }
        }

        return matrix;
    }

    /// <summary>Writes a vector or matrix as an entry of an archive. The same values give the same bytes.</summary>
    public static void Write(ZipArchive archive, string name, Array values)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", CompressionLevel.Optimal);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);   // the first day that the format knows
        string shape = values.Rank == 1 ? $"({values.Length},)" : $"({values.GetLength(0)}, {values.GetLength(1)})";
        string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
        int length = (((10 + header.Length + 1 + 63) / 64) * 64) - 10;   // values begin at a multiple of 64 bytes
        var bytes = new byte[10 + length + (values.Length * sizeof(double))];
        bytes[0] = 0x93;
        "NUMPY"u8.CopyTo(bytes.AsSpan(1));
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)length);
        Encoding.Latin1.GetBytes(header.PadRight(length - 1) + "\n", bytes.AsSpan(10));
        int at = 10 + length;
        foreach (double value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), value);
            at += sizeof(double);
        }

        using Stream stream = entry.Open();
        stream.Write(bytes);
    }

    private static NumpyArray Parse(string name, ReadOnlySpan<byte> content, bool allowsWhole)
    {
        if (content.Length < 12 || content[0] != 0x93 || !content[1..].StartsWith("NUMPY"u8))
            throw new InvalidDataException($"{name} is not a .npy array");
        bool wide = content[6] >= 2;
        int headerLength = wide ? (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(content[8..]), int.MaxValue)
            : BinaryPrimitives.ReadUInt16LittleEndian(content[8..]);
        int headerStart = wide ? 12 : 10;
        if (headerLength > content.Length - headerStart) throw new InvalidDataException($"{name} is truncated");
        string header = Encoding.Latin1.GetString(content.Slice(headerStart, headerLength));

        bool whole = allowsWhole && WholePattern().IsMatch(header);
        if (!whole && !DtypePattern().IsMatch(header)) throw new InvalidDataException($"{name} does not hold little-endian float64 values");
        Match shapeText = ShapePattern().Match(header);
        if (!shapeText.Success) throw new InvalidDataException($"{name} has no shape");
        int[] shape = Shape(name, shapeText.Groups[1].Value);

        ReadOnlySpan<byte> data = content[(headerStart + headerLength)..];
        long count = 1;
        foreach (int length in shape)
        {
            count *= length;
            if (count > data.Length / sizeof(double)) throw new InvalidDataException($"{name} is truncated");
        }

        double[] values = new double[count];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> at = data[(i * sizeof(double))..];
            values[i] = whole ? BinaryPrimitives.ReadInt64LittleEndian(at) : BinaryPrimitives.ReadDoubleLittleEndian(at);
        }
        return new NumpyArray(values, shape, FortranPattern().IsMatch(header));
    }

    private static int[] Shape(string name, string text)
    {
        string[] lengths = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int[] shape = new int[lengths.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            if (!int.TryParse(lengths[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i]))
                throw new InvalidDataException($"{name} has the shape ({text})");
        }

        return shape;
    }

    [GeneratedRegex("'descr'\\s*:\\s*'<f8'")]
    private static partial Regex DtypePattern();

    [GeneratedRegex("'descr'\\s*:\\s*'<i8'")]
    private static partial Regex WholePattern();

    [GeneratedRegex("'fortran_order'\\s*:\\s*True")]
    private static partial Regex FortranPattern();

    [GeneratedRegex("'shape'\\s*:\\s*\\(([0-9, ]*)\\)")]
    private static partial Regex ShapePattern();
}
