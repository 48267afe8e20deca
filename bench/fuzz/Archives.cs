using System.IO.Compression;
using System.Text;

namespace AgentSim.Fuzz;

/// <summary>Changes of arrays of NumPy in their archives (.npz), and of gzipped files.</summary>
internal static class Archives
{
    private const int BombSize = 1_400_000_000;

    // Zeros, which pack a thousand to one; made once a process.
    private static readonly Lazy<byte[]> GzipBomb = new(() => [.. Enumerable.Repeat(Gzip(null, BombSize / 20),
        20).SelectMany(member => member)]);

    public static byte[] Npz(byte[] content, Draw draw)
    {
        if (draw.Chance(10)) return Mutation.Packed(content, draw);
        List<(string Name, byte[] Content)> entries = [];
        using (var archive = new ZipArchive(new MemoryStream(content)))
        {
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                using var copy = new MemoryStream();
                using Stream stream = entry.Open();
                stream.CopyTo(copy);
                entries.Add((entry.FullName, copy.ToArray()));
            }
        }

        for (int i = draw.Few(); i > 0 && entries.Count > 0; i--)
        {
            int at = draw.Below(entries.Count);
            (string name, byte[] bytes) = entries[at];
            switch (draw.Below(8))
            {
                case 0: entries.RemoveAt(at); break;
                case 1: entries.Add((name, bytes)); break;
                case 2: entries[at] = (entries[draw.Below(entries.Count)].Name, bytes); break;
                case 3: entries[at] = (name, Mutation.Packed(bytes, draw)); break;
                case 4: entries[at] = (name, Header(bytes, draw)); break;
                default: entries[at] = (name, Number(bytes, draw)); break;
            }
        }

        var made = new MemoryStream();
        using (var archive = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream stream = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                stream.Write(bytes);
            }

            if (draw.Below(1000) == 0)
            {
                using Stream stream = archive.CreateEntry(entries.Count > 0 && draw.Chance(50) ? entries[0].Name : "unread.npy").Open();
                Zeros(stream, BombSize);
            }
        }

        return made.ToArray();
    }

    /// <summary>A gzipped file: mostly sound, or damaged, or of several members, or a thousand times as long as it looks.</summary>
    public static byte[] Gzipped(byte[] content, Draw draw) => draw.Below(60) switch
    {
        0 when draw.Chance(20) => [.. Gzip(content, 0), .. GzipBomb.Value],
        < 5 => Mutation.Packed(Gzip(content, 0), draw),
        < 10 when content.Length > 0 => Gzip(content, 0)[..^(1 + draw.Below(12))],
        < 15 => [.. Gzip(content, 0), .. Gzip(content, 0)],
        < 18 => [.. Gzip(content, 0), 0, 1, 2],
        _ => Gzip(content, 0),
    };

    // The text of a header of NumPy: type, order, shape.
    private static byte[] Header(byte[] bytes, Draw draw)
    {
        if (bytes.Length < 12) return bytes;
        int end = Math.Min(bytes.Length, 10 + bytes[8] + (bytes[9] << 8));
        string header = Encoding.Latin1.GetString(bytes, 10, end - 10).TrimEnd();
        header = draw.Below(4) switch
        {
            0 => header.Replace("<f8", draw.Of(["<i8", ">f8", "<f4", "<i4", "<u8", "|O", "<U1000000000", "<c16", "|b1", "<f9", ""]),
                StringComparison.Ordinal),
            1 => header.Replace("False", draw.Of(["True", "None", "0"]), StringComparison.Ordinal),
            2 => header.Replace("(", draw.Of(["(0, ", "(1, ", "(-1, ", "(2000000000, ", "(9223372036854775807, ", "", "(()"]),
                StringComparison.Ordinal),
            _ => Mutation.Value(header, draw),
        };
        header += "\n";
        return [.. bytes[..8], (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), .. bytes[end..]];
    }

    private static byte[] Number(byte[] bytes, Draw draw)
    {
        if (bytes.Length < 140) return Header(bytes, draw);
        double value = draw.Of([0.0, -0.0, 1, -1, 0.001, 1e9, 1e15, 1e300, double.MaxValue, double.Epsilon, double.NaN,
            double.PositiveInfinity, double.NegativeInfinity]);
        byte[] changed = [.. bytes];
        int last = (bytes.Length - 128) / 8;
        BitConverter.GetBytes(value).CopyTo(changed, bytes.Length - (8 * (1 + draw.Below(last))));
        return changed;
    }

    private static byte[] Gzip(byte[]? content, int zeros)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) 
        {
            gzip.Write(content ?? []);
            Zeros(gzip, zeros);
        }

        return packed.ToArray();
    }

    private static void Zeros(Stream stream, int count)
    {
        byte[] zeros = new byte[1 << 20];
        for (int left = count; left > 0; left -= zeros.Length) stream.Write(zeros, 0, Math.Min(left, zeros.Length));
    }
}
