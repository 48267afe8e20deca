using AgentSim.Cli;

namespace AgentSim.Tests.Cli;

public class ArgumentRewriterTests
{
    private static readonly OptionSpec[] Options =
    [
        new("--sla-ttft-ms", "X", ""), new("--sla-e2e-ms", "X", ""), new("--num-workers", "N", ""), new("--model-name", "T", ""),
        new("--input-path", "F", "", OptionValue.Many), new("--agentic", "", "", OptionValue.None), new("--report-json", "P", ""),
        new("--report-jsonl", "P", ""),
    ];

    private static string[] Rewrite(params string[] arguments) => [.. ArgumentRewriter.Rewrite(arguments, Options)];

    [Fact]
    public void Files_and_options_stand_in_any_order() =>
        Assert.Equal(["--num-workers", "2", "--model-name", "m", "--", "a", "b"],
            Rewrite("a", "--num-workers", "2", "b", "--model-name", "m"));

    [Theory]
    [InlineData("--sla-e2e")]
    [InlineData("--sla-e")]
    [InlineData("--sla-e2e-ms")]
    public void A_unique_prefix_is_enough(string prefix) => Assert.Equal(["--sla-e2e-ms", "30", "--"], Rewrite(prefix, "30"));

    [Fact]
    public void A_prefix_of_several_options_is_refused_with_their_names()
    {
        var error = Assert.Throws<AgentSimException>(() => Rewrite("--sla", "30"));
        Assert.Equal(FaultKind.Usage, error.Kind);
        Assert.Contains("--sla-ttft-ms or --sla-e2e-ms", error.Message);
    }

    [Fact]
    public void A_full_name_wins_over_longer_ones() => Assert.Equal(["--report-json", "p", "--"], Rewrite("--report-json", "p"));

    [Fact]
    public void A_value_may_follow_an_equals_sign() =>
        Assert.Equal(["--model-name", "a=b", "--report-json", "", "--"], Rewrite("--model=a=b", "--report-json="));

    [Theory]
    [InlineData("-1")]
    [InlineData("-0.5")]
    [InlineData("-1e3")]
    [InlineData("-inf")]
    public void Negative_numbers_are_values(string value) =>
        Assert.Equal([$"--num-workers={value}", "--"], Rewrite("--num-workers", value));

    [Fact]
    public void Of_a_repeated_option_the_last_counts() =>
        Assert.Equal(["--num-workers", "3", "--"], Rewrite("--num-workers", "1", "--num-w=2", "--num-workers", "3"));

    [Fact]
    public void Options_with_many_values_take_all_that_follow_and_add_up() => Assert.Equal(
        ["--input-path", "a", "--input-path", "b", "--input-path", "c", "--agentic", "--"],
        Rewrite("--input-path", "a", "b", "--agentic", "--input-path", "c"));

    [Fact]
    public void Everything_after_two_dashes_is_a_file() => Assert.Equal(["--", "--num-workers", "-x"],
        Rewrite("--", "--num-workers", "-x"));

    [Theory]
    [InlineData("--nonsense", "unknown option --nonsense")]
    [InlineData("-x", "unknown option -x")]
    [InlineData("--num-workers", "--num-workers needs a value")]
    [InlineData("--agentic=1", "--agentic takes no value")]
    public void Wrong_options_are_refused(string argument, string message) =>
        Assert.Equal(message, Assert.Throws<AgentSimException>(() => Rewrite(argument)).Message);

    [Fact]
    public void An_option_is_not_the_value_of_another() =>
        Assert.Throws<AgentSimException>(() => Rewrite("--model-name", "--num-workers", "2"));

    [Theory]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("--he")]
    public void Help_wins_over_everything_else(string help) => Assert.Equal(["--help"], Rewrite("a", "--num-workers", "x", help));
}
