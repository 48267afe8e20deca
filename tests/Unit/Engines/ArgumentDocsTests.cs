using System.Text.RegularExpressions;
using AgentSim.Engines;
using AgentSim.Json;
using AgentSim.Routing;

namespace AgentSim.Tests.Engines;

/// <summary>
/// What the documentation says of arguments is what their tables say. With AGENTSIM_WRITE_DOCS set, the tests write it instead.
/// </summary>
public sealed partial class ArgumentDocsTests
{
    private const string Write = "AGENTSIM_WRITE_DOCS";

    [Fact]
    public void The_page_of_arguments_is_made_of_the_tables() => Same("arguments.md", _ =>
        $"""
        # Engine arguments and router settings

        The names of the JSON that `--extra-engine-args`, `--prefill-engine-args`, `--decode-engine-args` and `--router-config` take, and
        that `-FromJson`, `-Engine` and `-RouterConfig` take in PowerShell, where every one of them is a parameter of
        `New-AgentEngineConfig` or `New-AgentRouterConfig` as well: `max_num_seqs` is `-MaxNumSeqs`, `sglang.page_size` is
        `-SglangPageSize`. In JSON, `sglang.page_size` is `page_size` in an object `sglang`. `agentsim replay --help-engine` and
        `--help-router` print the same. Both tables are made of those in the code.

        ## Engine arguments

        {OptionHelp.Markdown(EngineArgumentsTable.Arguments, EngineArguments.Default)}
        ## Router settings

        {OptionHelp.Markdown(RouterSettingsTable.Settings, RouterSettings.Default)}
        """);

    [Fact]
    public void The_help_of_New_AgentEngineConfig_is_made_of_the_table() =>
        Same("cmdlets/New-AgentEngineConfig.md", text => WithParameters(text, EngineArgumentsTable.Arguments, EngineArguments.Default));

    [Fact]
    public void The_help_of_New_AgentRouterConfig_is_made_of_the_table() =>
        Same("cmdlets/New-AgentRouterConfig.md", text => WithParameters(text, RouterSettingsTable.Settings, RouterSettings.Default));

    // Those that are not in the table, -FromJson and -IncludeInert, stay as they are.
    private static string WithParameters<T>(string text, JsonOptionsTable<T> table, T defaults)
    {
        Match section = Parameters().Match(text);
        OptionRow<T>[] rows = [.. table.Rows.Where(row => row.ValueType is not null)];
        string own = string.Concat(Regex.Split(section.Value, "(?=^### )", RegexOptions.Multiline)
            .Where(part => !part.StartsWith("### ", StringComparison.Ordinal) || part.StartsWith("### -FromJson", StringComparison.Ordinal)
                || part.StartsWith("### -IncludeInert", StringComparison.Ordinal)));
        string made = string.Concat(rows.OrderBy(row => row.IsInert)
            .Select(row => $"### -{row.Parameter}\n\n{OptionHelp.Parameter(row, table, defaults)}\n\n"));
        return text.Replace(section.Value, own + made, StringComparison.Ordinal);
    }

    private static void Same(string page, Func<string, string> make)
    {
        string path = Path.Combine(TestData.PathOf("../../.."), "docs", page);
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        string made = make(text);
        if (Environment.GetEnvironmentVariable(Write) is { Length: > 0 }) File.WriteAllText(path, made);
        else Assert.True(text == made, $"docs/{page} is not what the table of arguments says; run these tests with {Write}=1 to write it");
    }

    [GeneratedRegex("(?<=^## PARAMETERS\n\n)(?s:.*?)(?=^## INPUTS)", RegexOptions.Multiline)]
    private static partial Regex Parameters();
}
