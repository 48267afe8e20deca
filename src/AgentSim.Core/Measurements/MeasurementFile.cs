using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AgentSim.Files;
using AgentSim.Imports;
using AgentSim.Workload;

namespace AgentSim.Measurements;

/// <summary>Files of measurements as whole texts and JSON documents, plain or gzipped.</summary>
internal static class MeasurementFile
{
    /// <summary>The text of a file.</summary>
    /// <exception cref="AgentSimException">It cannot be read.</exception>
    public static string Text(string path)
    {
        try
        {
            using Stream stream = Open(path);
            return Encoding.UTF8.GetString(EncodedText.Of(BoundedFile.Read(stream, InputLimits.Measurement, path), path).Span);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw Errors.InputUnreadable.At(path, 0, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The JSON document in a file.</summary>
    /// <exception cref="AgentSimException">It cannot be read, or holds no JSON.</exception>
    public static JsonDocument Json(string path)
    {
        try
        {
            using Stream stream = Open(path);
            byte[] text = EncodedText.Of(BoundedFile.Read(stream, InputLimits.Measurement, path), path).ToArray();
            LoneSurrogates.Mend(text);
            return JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            throw Errors.MeasurementInvalid.At(path, (error.LineNumber ?? -1) + 1,
                $"is no JSON: {error.Message}; give the file as its tool wrote it", error);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw Errors.InputUnreadable.At(path, 0, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The JSON values in the lines of a file, each with its line number from 1; blank lines are passed over.</summary>
    public static IEnumerable<(JsonElement Value, long Line)> JsonLines(string path, CancellationToken cancellation)
    {
        using var lines = new LineReader(path, cancel: cancellation);
        while (lines.Read())
        {
            JsonElement value;
            try
            {
                byte[] text = lines.Line.ToArray();
                LoneSurrogates.Mend(text);
                using JsonDocument document = JsonDocument.Parse(text);
                value = document.RootElement.Clone();
            }
            catch (JsonException error)
            {
                throw Errors.MeasurementInvalid.At(path, lines.LineNumber,
                    $"is no JSON: {error.Message}; give the file as its tool wrote it", error);
            }

            yield return (value, lines.LineNumber);
        }
    }

    /// <summary>The first bytes of a file, decompressed.</summary>
    public static string Head(string path, int bytes = 4096)
    {
        try
        {
            using Stream stream = Open(path);
            var head = new byte[bytes];
            int count = stream.ReadAtLeast(head, bytes, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(head, 0, count);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw Errors.InputUnreadable.At(path, 0, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The files with their digests.</summary>
    public static IReadOnlyList<WorkloadInput> Digests(IReadOnlyList<string> files, CancellationToken cancellation) =>
        InputDigests.Start(files, cancellation).Wait();

    private static Stream Open(string path)
    {
        FileStream file = InputFiles.Open(path);
        Span<byte> magic = stackalloc byte[2];
        int count = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return count == 2 && magic[0] == 0x1f && magic[1] == 0x8b ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
