using System.Text;
using AgentSim.Files;

namespace AgentSim.Tests.Files;

public sealed class OutputSetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Action<Stream> Text(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void All_files_appear_together_and_replace_what_was_there()
    {
        _folder.Write("a", "old a");
        using (var files = new OutputSet())
        {
            files.Write(_folder.File("a"), Text("a"));
            files.Write(_folder.File("sub/b"), Text("b"));
            Assert.Equal("old a", File.ReadAllText(_folder.File("a")));
            files.Commit();
        }

        Assert.Equal(("a", "b"), (File.ReadAllText(_folder.File("a")), File.ReadAllText(_folder.File("sub/b"))));
        Assert.Equal(["a", "sub", "sub/b"], _folder.Everything);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Where_one_cannot_take_its_place_all_others_are_as_they_were(int bad)
    {
        string[] names = ["a", "b", "c"];
        _folder.Write("a", "old a");
        using (var files = new OutputSet())
        {
            foreach (string name in names) files.Write(_folder.File(name), Text("new"));
            // Somebody makes a folder of that name in the meantime.
            if (bad == 0) File.Delete(_folder.File("a"));
            Directory.CreateDirectory(_folder.File($"{names[bad]}/in the way"));
            AgentSimException error = Assert.Throws<AgentSimException>(files.Commit);
            Assert.StartsWith(_folder.File(names[bad]), error.Message);
        }

        Assert.Equal(bad == 0 ? [] : ["old a"], _folder.Everything.Where(name => File.Exists(_folder.File(name)))
            .Select(name => File.ReadAllText(_folder.File(name))));
        Assert.True(Directory.Exists(_folder.File($"{names[bad]}/in the way")));
        Assert.DoesNotContain(_folder.Everything, name => name.Contains(".agentsim", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_commit_nothing_is_left()
    {
        using (var files = new OutputSet()) files.Write(_folder.File("a"), Text("a"));
        Assert.Empty(_folder.Everything);
    }

    // Whichever of them made the folders, and whoever made another folder there keeps it.
    [Fact]
    public void Folders_made_for_several_files_go_with_the_last_of_them()
    {
        using (var files = new OutputSet())
        {
            foreach (string name in (string[])["new/deep/a", "new/b", "new/deep/c", "d"]) files.Write(_folder.File(name), Text(name));
        }

        Assert.Empty(_folder.Everything);
        using (var files = new OutputSet())
        {
            foreach (string name in (string[])["new/deep/a", "new/b"]) files.Write(_folder.File(name), Text(name));
            Directory.CreateDirectory(_folder.File("new/mine"));
        }

        Assert.Equal(["new", "new/mine"], _folder.Everything.Select(name => name.Replace('\\', '/')));
    }
}
