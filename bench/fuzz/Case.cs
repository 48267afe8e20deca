using System.Text.Json;

namespace AgentSim.Fuzz;

/// <summary>One call of the program: its arguments, and the files that lie in its folder.</summary>
/// <param name="Arguments">What a shell would pass.</param>
/// <param name="Files">Contents by path within the folder.</param>
internal sealed record Case(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, byte[]> Files)
{
    private const string ArgumentsFile = "arguments.json";

    public string Command => Arguments.Count > 0 ? Arguments[0] : "";

    /// <summary>Writes the files where the program will run.</summary>
    public void Lay(string folder)
    {
        foreach ((string name, byte[] content) in Files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    /// <summary>Keeps it, so that it can be run again without the seed: <c>arguments.json</c>, and the files in <c>files</c>.</summary>
    public void Save(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "files"));
        Lay(Path.Combine(folder, "files"));
        File.WriteAllText(Path.Combine(folder, ArgumentsFile), JsonSerializer.Serialize(Arguments));
    }

    public static Case Load(string folder)
    {
        string files = Path.Combine(folder, "files");
        return new Case(JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(folder, ArgumentsFile)))!,
            Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories)
                .ToDictionary(path => Path.GetRelativePath(files, path), File.ReadAllBytes));
    }
}

/// <summary>Something that must not be.</summary>
/// <param name="Kind">Which rule was broken.</param>
/// <param name="Text">What was seen.</param>
/// <param name="Key">What findings of one cause have in common; null: the text but for its numbers and quotations.</param>
internal sealed record Finding(string Kind, string Text, string? Key = null);
