using System.Text.Json;

namespace AgentSim.Tests.Architecture;

/// <summary>Everything that is shipped with the programs and was made by others is named with its licence.</summary>
public class NoticesTests
{
    [Theory]
    [InlineData("agentsim", "System.CommandLine")]
    [InlineData("agentsim-proxy", "Yarp.ReverseProxy")]
    public void Every_assembly_from_a_package_is_named_in_the_notices(string program, string known)
    {
        string notices = File.ReadAllText(TestData.PathOf("..", "..", "..", "THIRD-PARTY-NOTICES.md"));

        List<string> assemblies = AssembliesOfPackages(program);

        Assert.Contains(known, assemblies);
        Assert.All(assemblies, assembly => Assert.Contains($"`{assembly}`", notices));
    }

    [Fact]
    public void Libraries_that_are_built_into_the_assembly_are_named_in_the_notices()
    {
        string notices = File.ReadAllText(TestData.PathOf("..", "..", "..", "THIRD-PARTY-NOTICES.md"));
        string[] folders = Directory.GetDirectories(TestData.PathOf("..", "..", "..", "src"), "ThirdParty", SearchOption.AllDirectories);

        string[] libraries = [.. folders.SelectMany(Directory.GetDirectories).Select(folder => Path.GetFileName(folder))];

        Assert.Contains("uPlot", libraries);
        Assert.All(libraries, library => Assert.Contains(library, notices));
    }

    // What the program's list of dependencies says that it runs with.
    private static List<string> AssembliesOfPackages(string program)
    {
        using JsonDocument list = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{program}.deps.json")));
        var packages = list.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package").Select(library => library.Name).ToHashSet();
        return
        [
            .. from target in list.RootElement.GetProperty("targets").EnumerateObject()
               from library in target.Value.EnumerateObject()
               where packages.Contains(library.Name) && library.Value.TryGetProperty("runtime", out _)
               from file in library.Value.GetProperty("runtime").EnumerateObject()
               select Path.GetFileNameWithoutExtension(file.Name),
        ];
    }
}
