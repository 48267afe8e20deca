using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace AgentSim.Tests.Simulation;

/// <summary>Planner profiles: archives of measured latencies.</summary>
internal static class ProfileFile
{
    /// <summary>Every prompt and every decode step takes the same, so that many things happen at the same time.</summary>
    public static void WriteSteady(string path, double prefillMs, double decodeMs) => Write(
        path,
        ("prefill_isl", "2,", [1, 1000]),
        ("prefill_ttft_ms", "2,", [prefillMs, prefillMs]),
        ("decode_active_kv_tokens", "2,", [1, 1000]),
        ("decode_context_length", "2,", [1, 1000]),
        ("decode_itl", "2, 2", [decodeMs, decodeMs, decodeMs, decodeMs]));

    /// <summary>Writes arrays by name and shape.</summary>
    public static void Write(string path, params (string Name, string Shape, double[] Values)[] arrays)
    {
        using FileStream file = File.Create(path);
        using ZipArchive archive = new(file, ZipArchiveMode.Create);
        foreach ((string name, string shape, double[] values) in arrays)
        {
            using Stream entry = archive.CreateEntry(name + ".npy").Open();
            entry.Write(Array(shape, values));
        }
    }

    private static byte[] Array(string shape, double[] values)
    {
        string header = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n");
        byte[] content = new byte[10 + header.Length + (8 * values.Length)];
        content[0] = 0x93;
        "NUMPY\u0001\0"u8.CopyTo(content.AsSpan(1));
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(8), (ushort)header.Length);
        Encoding.ASCII.GetBytes(header, content.AsSpan(10));
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(content.AsSpan(10 + header.Length + (8 * i)), values[i]);
        return content;
    }
}
