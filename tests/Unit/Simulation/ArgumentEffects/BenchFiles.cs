using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>The files that arguments of the cases name.</summary>
public sealed class BenchFiles : IDisposable
{
    private readonly TempFolder _folder = new();

    public BenchFiles()
    {
        Write("policy.yaml", PolicyCases.NeverWaits);
        Write("key.bin", new string('k', 32));
        Write("other.bin", new string('o', 32));
        Write("short.bin", new string('k', 31));
        Write("broken.npz", "no archive");
        WriteProfile();
    }

    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>A text with the folder put in.</summary>
    public string Located(string json) => json.Replace("{folder}", _folder.Path.Replace('\\', '/'), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    // Prompts cost 1 ms a token to 100 tokens and 2 ms beyond; a decode step 4 ms, and one more for every 16 tokens in use and every 10 of context.
    private void WriteProfile()
    {
        using FileStream file = File.Create(_folder.File("profile.npz"));
        using ZipArchive archive = new(file, ZipArchiveMode.Create);
        WriteArray(archive, "prefill_isl", "3,", 10, 100, 200);
        WriteArray(archive, "prefill_ttft_ms", "3,", 10, 100, 300);
        WriteArray(archive, "decode_active_kv_tokens", "2,", 0, 160);
        WriteArray(archive, "decode_context_length", "2,", 0, 100);
        WriteArray(archive, "decode_itl", "2, 2", 4, 14, 14, 24);
    }

    private static void WriteArray(ZipArchive archive, string name, string shape, params double[] values)
    {
        string header = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n");
        byte[] content = new byte[10 + header.Length + (8 * values.Length)];
        content[0] = 0x93;
        "NUMPY\u0001\0"u8.CopyTo(content.AsSpan(1));
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(8), (ushort)header.Length);
        Encoding.ASCII.GetBytes(header, content.AsSpan(10));
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(content.AsSpan(10 + header.Length + (8 * i)), values[i]);
        using Stream entry = archive.CreateEntry(name + ".npy").Open();
        entry.Write(content);
    }
}
