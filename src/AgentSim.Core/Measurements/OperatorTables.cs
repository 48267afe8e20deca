using System.Globalization;
using nietras.SeparatedValues;

namespace AgentSim.Measurements;

/// <summary>
/// How long the operators of a model take on a GPU, as LLMServingSim's profiler measures them: matrix products and the like by tokens,
/// the head by sequences, and attention by prefill chunk, tokens before it, decoding sequences and the context of each.
/// </summary>
public sealed class OperatorTables
{
    private static readonly string[] Files = ["dense", "per_sequence", "attention"];
    private static readonly string[] PerPass = ["embedding", "final_layernorm"];   // the others are in every layer

    private readonly Dictionary<string, (double[] At, double[] Ms)> _dense;
    private readonly Dictionary<string, (double[] At, double[] Ms)> _perSequence;
    private readonly (double[] Chunk, double[] Before, double[,] Ms) _prefill;
    private readonly (double[] Sequences, double[] Context, double[,] Ms) _decode;

    private OperatorTables(string folder, int layers, Dictionary<string, (double[], double[])> dense, Dictionary<string,
        (double[], double[])> perSequence, List<double[]> attention)
    {
        (Folder, Layers, _dense, _perSequence) = (folder, layers, dense, perSequence);
        _prefill = Grid(folder, "prefill chunks", "tokens before them",
            attention.Where(row => row[2] == 0).Select(row => (row[0], row[1], row[4])));
        _decode = Grid(folder, "decoding sequences", "contexts",
            attention.Where(row => row[0] == 0).Select(row => (row[2], row[3], row[4])));
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Layers of the model.</summary>
    public int Layers { get; }

    /// <summary>Whether a folder holds such tables.</summary>
    public static bool Is(string folder) => Files.All(name => Find(folder, name) is not null);

    /// <summary>The files of the tables in a folder.</summary>
    public static IReadOnlyList<string> FilesOf(string folder) => [.. Files.Select(name => Find(folder, name)!)];

    /// <summary>Reads tables.</summary>
    /// <param name="folder">Holds <c>dense.csv</c>, <c>per_sequence.csv</c> and <c>attention.csv</c>, plain or gzipped.</param>
    /// <param name="layers">Layers of the model; the tables are of one.</param>
    /// <param name="keeps">Which rows of attention to take (chunk, tokens before); null: all.</param>
    /// <exception cref="AgentSimException">A file is missing or malformed.</exception>
    public static OperatorTables Read(string folder, int layers, Func<double, double, bool>? keeps = null)
    {
        if (!Is(folder)) throw Errors.MeasurementInvalid.At(folder, 0,
            "holds no operator tables; they are dense.csv, per_sequence.csv and attention.csv");
        List<double[]> attention = [.. Rows(Find(folder, "attention")!, 5, named: false).Select(row => row.Values)];
        if (keeps is not null) attention.RemoveAll(row => row[2] == 0 && !keeps(row[0], row[1]));
        return new OperatorTables(folder, layers, Lines(Find(folder, "dense")!), Lines(Find(folder, "per_sequence")!), attention);
    }

    /// <summary>A pass with the prompt work of one request and nothing else, in milliseconds.</summary>
    public double PrefillPass(double tokens, double before) =>
        Dense(tokens) + (Layers * Between(_prefill, tokens, before)) + PerSequence(1);

    /// <summary>A decode step of equal sequences, in milliseconds.</summary>
    public double DecodeStep(double sequences, double context) =>
        Dense(sequences) + (Layers * Between(_decode, sequences, context)) + PerSequence(sequences);

    private double Dense(double tokens)
    {
        double layer = 0, pass = 0;
        foreach ((string name, (double[] At, double[] Ms) line) in _dense)
        {
            double ms = Between(line.At, line.Ms, tokens);
            if (PerPass.Contains(name)) pass += ms;
            else layer += name == "layernorm" ? 2 * ms : ms;   // before attention and before the MLP
        }

        return pass + (Layers * layer);
    }

    private double PerSequence(double sequences) => _perSequence.Values.Sum(line => Between(line.At, line.Ms, sequences));

    private static string? Find(string folder, string name) =>
        ((string[])[Path.Combine(folder, name + ".csv"), Path.Combine(folder, name + ".csv.gz")]).FirstOrDefault(File.Exists);

    private static Dictionary<string, (double[], double[])> Lines(string path)
    {
        var lines = new Dictionary<string, (double[] At, double[] Ms)>(StringComparer.Ordinal);
        foreach (var rows in Rows(path, 2, named: true).GroupBy(row => row.Name, row => row.Values, StringComparer.Ordinal))
        {
            double[] at = [.. rows.Select(row => row[0])];
            if (at.Length < 2 || at.Zip(at.Skip(1)).Any(pair => !(pair.First < pair.Second))) throw Errors.MeasurementInvalid.At(path, 0,
                $"the rows of {Quote.Of(rows.Key)} must be two or more, the second column growing");
            lines.Add(rows.Key, (at, [.. rows.Select(row => row[1] / 1000)]));
        }

        return lines;
    }

    private static List<(string Name, double[] Values)> Rows(string path, int numbers, bool named)
    {
        using SepReader reader = Sep.Reader(options => options with { DisableColCountCheck = true, HasHeader = false })
            .FromText(MeasurementFile.Text(path));
        var rows = new List<(string, double[])>();
        foreach (SepReader.Row row in reader)
        {
            var values = new double[numbers];
            int first = named ? 1 : 0;
            if (row.RowIndex == 0)
            {
                if (row.ColCount > first && double.TryParse(row[first].Span, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                    throw Errors.MeasurementInvalid.At(path, 1, "the table has no line with the names of its columns");
                continue;
            }

            for (int i = 0; i < numbers; i++)
            {
                if (row.ColCount <= first + i || !double.TryParse(row[first + i].Span, NumberStyles.Float, CultureInfo.InvariantCulture,
                    out values[i]) || !double.IsFinite(values[i]))
                    throw Errors.MeasurementInvalid.At(path, row.LineNumberFrom,
                        $"column {first + i + 1} is no number; give the table as LLMServingSim's profiler wrote it");
            }

            rows.Add((named ? row[0].ToString() : "", values));
        }

        return rows;
    }

    private static (double[], double[], double[,]) Grid(string folder, string ofRows, string ofColumns,
        IEnumerable<(double Row, double Column, double Us)> points)
    {
        (double Row, double Column, double Us)[] all = [.. points];
        double[] rows = [.. all.Select(point => point.Row).Distinct().Order()],
            columns = [.. all.Select(point => point.Column).Distinct().Order()];
        if (rows.Length < 2 || columns.Length < 2) throw Errors.MeasurementInvalid.At(Find(folder, "attention")!, 0,
            $"attention is needed of two or more {ofRows} and of two or more {ofColumns} (there are {rows.Length} and {columns.Length})");
        var ms = new double[rows.Length, columns.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < columns.Length; j++) ms[i, j] = double.NaN;
        }

        foreach ((double row, double column, double us) in all)
            ms[Array.BinarySearch(rows, row), Array.BinarySearch(columns, column)] = us / 1000;
        FillHoles(ms);
        return (rows, columns, ms);
    }

    // A point that was not measured, because it did not fit the GPU, goes on as its row did.
    private static void FillHoles(double[,] ms)
    {
        for (int i = 0; i < ms.GetLength(0); i++)
        {
            for (int j = 0; j < ms.GetLength(1); j++)
            {
                if (double.IsNaN(ms[i, j])) ms[i, j] = j > 1 ? (2 * ms[i, j - 1]) - ms[i, j - 2] : i > 0 ? ms[i - 1, j] : 0;
            }
        }
    }

    private static double Between((double[] Rows, double[] Columns, double[,] Ms) grid, double row, double column)
    {
        int i = Segment(grid.Rows, row), j = Segment(grid.Columns, column);
        double share = (row - grid.Rows[i]) / (grid.Rows[i + 1] - grid.Rows[i]),
            across = (column - grid.Columns[j]) / (grid.Columns[j + 1] - grid.Columns[j]);
        double low = grid.Ms[i, j] + (share * (grid.Ms[i + 1, j] - grid.Ms[i, j])),
            high = grid.Ms[i, j + 1] + (share * (grid.Ms[i + 1, j + 1] - grid.Ms[i, j + 1]));
        return Math.Max(0, low + (across * (high - low)));
    }

    private static double Between(double[] at, double[] ms, double value)
    {
        int i = Segment(at, value);
        return Math.Max(0, ms[i] + ((value - at[i]) / (at[i + 1] - at[i]) * (ms[i + 1] - ms[i])));
    }

    private static int Segment(double[] axis, double value)
    {
        int at = Array.BinarySearch(axis, value);
        return Math.Clamp(at >= 0 ? at : ~at - 1, 0, axis.Length - 2);
    }
}
