using AgentSim.Files;

namespace AgentSim.Tests.Files;

public sealed class InputFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public InputFilesTests()
    {
        foreach (string name in new[] { "b.jsonl", "a.jsonl.gz", "B.jsonl", "a10.jsonl", "a2.jsonl", "notes.txt", "x.jsonl.bak",
            "sub/c.jsonl" })
            _folder.Write(name, "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_stands_for_its_direct_traces_in_ordinal_order() =>
        Assert.Equal(["B.jsonl", "a.jsonl.gz", "a10.jsonl", "a2.jsonl", "b.jsonl"], Names(_folder.Path));

    [Fact]
    public void A_folder_stands_for_all_traces_below_it_on_request()
    {
        _folder.Write("sub/deeper/d.jsonl.gz", "");
        _folder.Write("sub/notes.txt", "");
        string[] names = [.. InputFiles.Expand([_folder.Path], recurse: true)
            .Select(file => Path.GetRelativePath(_folder.Path, file).Replace('\\', '/'))];
        Assert.Equal(["B.jsonl", "a.jsonl.gz", "a10.jsonl", "a2.jsonl", "b.jsonl", "sub/c.jsonl", "sub/deeper/d.jsonl.gz"], names);
    }

    [Fact]
    public void Links_to_folders_are_not_followed_but_links_to_files_are_read()
    {
        if (OperatingSystem.IsWindows()) return;   // links need a privilege there
        Directory.CreateSymbolicLink(_folder.File("sub/loop"), _folder.Path);
        File.CreateSymbolicLink(_folder.File("sub/link.jsonl"), _folder.File("b.jsonl"));
        Assert.Equal(["c.jsonl", "link.jsonl"], InputFiles.Expand([_folder.File("sub")], recurse: true)
            .Select(file => Path.GetFileName(file)));
    }

    [Fact]
    public void A_wildcard_expands_in_ordinal_order() => Assert.Equal(["a.jsonl.gz", "a10.jsonl", "a2.jsonl"],
        Names(_folder.File("a*.jsonl*")));

    [Fact]
    public void A_question_mark_stands_for_one_character() => Assert.Equal(["a2.jsonl"], Names(_folder.File("a?.jsonl")));

    [Fact]
    public void The_order_of_the_paths_is_kept_and_repetitions_too() =>
        Assert.Equal(["b.jsonl", "a2.jsonl", "b.jsonl"], Names(_folder.File("b.jsonl"), _folder.File("a2.*"), _folder.File("b.jsonl")));

    [Fact]
    public void A_file_whose_name_looks_like_a_wildcard_is_itself()
    {
        if (OperatingSystem.IsWindows()) return;   // such names do not exist there
        _folder.Write("a?.jsonl", "");

        Assert.Equal(["a?.jsonl"], Names(_folder.File("a?.jsonl")));
    }

    [Theory]
    [InlineData("*.csv")]
    [InlineData("nowhere/*.jsonl")]
    [InlineData("sub/empty")]
    public void What_stands_for_no_file_is_named(string name)
    {
        Directory.CreateDirectory(_folder.File("sub/empty"));
        string path = _folder.File(name);

        AgentSimException error = Assert.Throws<AgentSimException>(() => InputFiles.Expand([path]));

        Assert.StartsWith(path + ": ", error.Message);
    }

    private string[] Names(params string[] paths) => [.. InputFiles.Expand(paths).Select(path => Path.GetRelativePath(_folder.Path, path))];
}
