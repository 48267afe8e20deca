namespace AgentSim.Capture;

/// <summary>Finds the program that runs .NET applications, which need not be the one that runs this process.</summary>
internal static class DotnetHost
{
    public const string Missing = "dotnet was not found; install the ASP.NET Core 10 runtime and add it to PATH, or set DOTNET_ROOT";

    private static readonly string FileName = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    /// <summary>Its path; null if it is not found.</summary>
    public static string? Find() => Candidates().FirstOrDefault(File.Exists);

    private static IEnumerable<string> Candidates()
    {
        // What somebody has set comes before what happens to run this process.
        if (In(Environment.GetEnvironmentVariable("DOTNET_ROOT")) is { } root) yield return root;
        if (Path.GetFileName(Environment.ProcessPath) == FileName) yield return Environment.ProcessPath!;
        foreach (string folder in Folders())
        {
            if (In(folder) is { } program) yield return program;
        }
    }

    private static string? In(string? folder) => Path.IsPathFullyQualified(folder ?? "") ? Path.Combine(folder!, FileName) : null;

    private static IEnumerable<string> Folders()
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)) yield return folder;
        if (OperatingSystem.IsWindows())
        {
            yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet");
        }
        else
        {
            yield return "/usr/local/share/dotnet";
            yield return "/usr/share/dotnet";
            yield return "/usr/lib/dotnet";
        }

        yield return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet");
    }
}
