using AgentSim.Files;

namespace AgentSim.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_commit_replaces_the_target_and_leaves_nothing_else()
    {
        string path = _folder.Write("out.txt", "old");

        AtomicFile.Write(path, stream => stream.Write("new"u8));

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(["out.txt"], _folder.Everything);
    }

    [Fact]
    public void The_target_is_untouched_until_the_commit()
    {
        string path = _folder.Write("out.txt", "old");
        using (AtomicFile file = AtomicFile.Create(path))
        {
            file.Stream.Write("new"u8);
            file.Stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        }

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["out.txt"], _folder.Everything);
    }

    [Fact]
    public void A_failing_writer_leaves_the_old_file_and_no_rest()
    {
        string path = _folder.Write("out.txt", "old");

        Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new OperationCanceledException();
        }));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["out.txt"], _folder.Everything);
    }

    [Fact]
    public void A_write_error_becomes_a_message_that_names_the_file()
    {
        string path = _folder.File("out.txt");

        AgentSimException error = Assert.Throws<AgentSimException>(() => AtomicFile.Write(path, _ => throw new IOException("disk full")));

        Assert.Equal($"{path}: cannot be written: disk full", error.Message);
        Assert.Empty(_folder.Everything);
    }

    [Fact]
    public void Missing_parents_are_created_and_go_again_without_a_commit()
    {
        using (AtomicFile.Create(_folder.File("a/b/out.txt"))) Assert.True(Directory.Exists(_folder.File("a/b")));
        Assert.Empty(_folder.Everything);

        using (AtomicFile file = AtomicFile.Create(_folder.File("a/b/out.txt"))) file.Commit();
        using (AtomicFile.Create(_folder.File("a/b/c/out.txt"))) Assert.True(Directory.Exists(_folder.File("a/b/c")));
        Assert.Equal(["a", "a/b", "a/b/out.txt"], _folder.Everything.Select(name => name.Replace('\\', '/')));
    }

    [Fact]
    public void A_folder_as_target_fails()
    {
        Directory.CreateDirectory(_folder.File("out"));

        AgentSimException error = Assert.Throws<AgentSimException>(() => AtomicFile.Write(_folder.File("out"), _ => { }));

        Assert.Contains("folder", error.Message);
        Assert.Equal(["out"], _folder.Everything);
    }

    [Fact]
    public void A_parent_that_is_a_file_fails()
    {
        _folder.Write("file", "");

        Assert.Equal("OutputFailed", Assert.Throws<AgentSimException>(() => AtomicFile.Create(_folder.File("file/out.txt"))).ErrorId);
    }

    [Fact]
    public void An_empty_path_fails() => Assert.Equal("OutputFailed",
        Assert.Throws<AgentSimException>(() => AtomicFile.Create("")).ErrorId);

    [Fact]
    public void A_symbolic_link_is_itself_replaced()
    {
        if (OperatingSystem.IsWindows()) return;   // needs privileges there
        string target = _folder.Write("target.txt", "kept");
        string link = _folder.File("link.txt");
        File.CreateSymbolicLink(link, target);

        AtomicFile.Write(link, stream => stream.Write("new"u8));

        Assert.Null(new FileInfo(link).LinkTarget);
        Assert.Equal("new", File.ReadAllText(link));
        Assert.Equal("kept", File.ReadAllText(target));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead)]
    public void The_permissions_of_an_existing_target_are_kept(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) return;
        string path = _folder.Write("out.txt", "old");
        File.SetUnixFileMode(path, mode);

        AtomicFile.Write(path, stream => stream.Write("new"u8));

        Assert.Equal(mode, File.GetUnixFileMode(path));
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_new_file_gets_the_usual_permissions()
    {
        if (OperatingSystem.IsWindows()) return;
        AtomicFile.Write(_folder.File("out.txt"), stream => stream.Write("new"u8));
        File.WriteAllText(_folder.File("usual.txt"), "");

        Assert.Equal(File.GetUnixFileMode(_folder.File("usual.txt")), File.GetUnixFileMode(_folder.File("out.txt")));
    }

    [Fact]
    public void A_device_is_written_in_place()
    {
        if (OperatingSystem.IsWindows()) return;

        AtomicFile.Write("/dev/null", stream => stream.Write("gone"u8));

        Assert.True(File.Exists("/dev/null"));
        Assert.Equal(0, new FileInfo("/dev/null").Length);
    }
}
