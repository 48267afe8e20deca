using System.Diagnostics;
using AgentSim.Cli;

namespace AgentSim.Tests.Limits;

/// <summary>A path that is empty or blank is refused by the name of its option: it comes of a variable that is not set.</summary>
public sealed class BlankPathTests : IDisposable
{
    // What placeholders call values that name no file.
    private static readonly string[] NoPaths =
    [
        "", "ADDRESS", "BLOCKS", "BYTES", "COUNT", "FIELD=COLUMN", "FIRST-LAST", "FORMAT", "HOW", "I/N", "JSON", "LIMIT", "METRIC", "MODE",
        "MS", "N", "NAME", "PERCENT", "RULE", "SECONDS", "TEXT", "TIME", "TOKENS", "URL", "VARIABLE", "VERSION", "WHAT", "WHEN", "X",
        "LOG",   // request logs of compare, of which an empty one says that a report has none
    ];

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Commands => [.. CommandLine.Commands.Select(command => command.Name)];

    public void Dispose() => _folder.Dispose();

    private string Run(int code, params string[] arguments)
    {
        ProcessStartInfo start = CliProgram.Start(arguments);
        start.WorkingDirectory = _folder.Path;
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == code, $"exit {process.ExitCode}: {error}");
        return error.TrimEnd().Split('\n')[^1];
    }

    [Fact]
    public void Every_option_is_known_to_name_files_or_not_to()
    {
        foreach (CommandSpec command in CommandLine.Commands)
        {
            Assert.All(command.Options.Where(option => !option.IsPath && !option.IsUnavailable),
                option => Assert.Contains(option.Placeholder.TrimEnd('.'), NoPaths));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_blank_path_names_its_option(string command)
    {
        foreach (OptionSpec option in CommandLine.Commands.Single(spec => spec.Name == command).Options.Where(option => option.IsPath))
        {
            Assert.Equal($"agentsim: {option.Name} needs a path (is '') [OptionValueInvalid]", Run(2, command, option.Name, ""));
            Assert.Equal($"agentsim: {option.Name} needs a path (is ' ') [OptionValueInvalid]", Run(2, command, option.Name, " "));
        }

        Assert.Empty(_folder.Everything);
    }

    [Theory]
    [InlineData("sessions", " ")]
    [InlineData("compare", " ", " ")]
    [InlineData("validate", " ")]
    [InlineData("calibrate", " ", "-o", "out.npz")]
    public void A_blank_input_is_said_in_words(params string[] arguments) =>
        Assert.Contains("an input has a blank name (' '); name a file or a folder", Run(1, arguments), StringComparison.Ordinal);

    [Theory]
    [InlineData("agentsim: an input has a blank name (' '); name a file or a folder [InputUnreadable]", " ")]
    [InlineData("agentsim: an input has a blank name (''); name a file or a folder [InputUnreadable]", "")]
    [InlineData("agentsim: --router-config: router_policy_config is ' '; name a file, or leave it out [RouterConfigInvalid]", "rows.jsonl",
        "--router-config", """{"router_policy_config":" "}""", "--router-mode", "kv_router")]
    [InlineData("agentsim: --extra-engine-args: planner_profile_data ", "rows.jsonl", "--extra-engine-args",
        """{"planner_profile_data":" "}""")]
    public void A_blank_path_that_comes_another_way_can_be_seen(string expected, params string[] arguments)
    {
        _folder.Write("rows.jsonl", """{"timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}""" + "\n");
        Assert.StartsWith(expected, Run(1, ["replay", .. arguments, "--trace-block-size", "16"]), StringComparison.Ordinal);
    }
}
