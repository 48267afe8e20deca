using System.Text;
using System.Text.RegularExpressions;
using AgentSim.Cli;
using AgentSim.Engines;

namespace AgentSim.Tests.Architecture;

/// <summary>Errors and warnings stand in one list, of which docs/errors.md is made, and Core names no option of a front end.</summary>
public partial class ErrorsTests
{
    private static readonly string Source = TestData.PathOf("../../../src");
    private static readonly string Page = TestData.PathOf("../../../docs/errors.md");

    private static IEnumerable<(string File, string Text)> Files(string folder) => Directory
        .EnumerateFiles(Path.Combine(Source, folder), "*.cs", SearchOption.AllDirectories)
        .Select(file => (Path.GetRelativePath(Source, file).Replace('\\', '/'), file))
        .Where(file => !file.Item1.Split('/').Intersect(["bin", "obj"]).Any())
        .Select(file => (file.Item1, File.ReadAllText(file.file)));

    // The list itself says what page and terminal show, in the words of both.
    private static bool IsList(string file) =>
        Path.GetFileName(file).StartsWith("Errors.", StringComparison.Ordinal)
            || Path.GetFileName(file) is "WarningCodes.cs" or "Setting.cs";

    // --option, but not x--, --- or --node.Locks.
    [GeneratedRegex(@"(?<![-\w)\]])--(?>[a-z][a-z-]*)(?!\.[A-Z])")]
    private static partial Regex Flag();

    // -Parameter, and cmdlets, in a text or comment.
    [GeneratedRegex(@"(?<=[ ""'`(>])-[A-Z][a-z]+[A-Za-z]*\b(?![.(])|\b(?:Import|Export|Invoke|ConvertTo|Compare|Measure|Test|Start|Stop|Get|New)-Agent\w+|\bagentsim (?:replay|convert|import|capture|compare|timeline)\b")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"""((?:[A-Z][a-z0-9]+){2,})""")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"new (?:ErrorCode|WarningCode|AgentSimException)\(")]
    private static partial Regex Construction();

    [GeneratedRegex(@"(?<!\w)(?:raise|lower|set|turn|larger|smaller|engine) ([a-z]+_[\w.]*\w)")]
    private static partial Regex Advice();

    [GeneratedRegex(@"'\{(?!Quote\.Path\()")]
    private static partial Regex BareQuotation();

    [Fact]
    public void What_a_message_says_to_set_is_an_engine_argument()
    {
        string[] advised =
            [.. from source in Files("AgentSim.Core") from match in Advice().Matches(source.Text) select match.Groups[1].Value];
        Assert.Contains("num_gpu_blocks", advised);
        Assert.Empty(advised.Distinct().Except(EngineArgumentsTable.Arguments.Names));
        Assert.Equal("num_gpu.Blocks", Advice().Match("; raise num_gpu.Blocks or").Groups[1].Value);
    }

    [Fact]
    public void No_file_of_Core_names_an_option_of_the_command_line_or_a_parameter_of_a_cmdlet()
    {
        string[] found =
        [
            .. from source in Files("AgentSim.Core")
               where !IsList(source.File)
               from match in Flag().Matches(source.Text).Concat(Parameter().Matches(source.Text))
               // a key of hashes
               where match.Value != "agentsim import" || !source.File.EndsWith("TextIdentity.cs", StringComparison.Ordinal)
               where !source.Text.Contains($" {match.Value[1..]} = ", StringComparison.Ordinal)   // the negative of a constant
               select $"{source.File}: {match.Value}",
        ];
        Assert.Empty(found);
        // What the rule finds, and what it lets be.
        Assert.Equal("--trace-block-size", Flag().Match("give --trace-block-size, too").Value);
        Assert.Equal("-MissingDependency", Parameter().Match("drop them (-MissingDependency Drop)").Value);
        Assert.Equal("Import-AgentLog", Parameter().Match("let Import-AgentLog read it").Value);
        Assert.DoesNotMatch(Flag(), "if (--node.Locks > 0 && count-- > 0)");
        Assert.DoesNotMatch(Parameter(), "return -Math.Log(uniform)");
    }

    [Fact]
    public void Nothing_but_the_list_makes_errors_and_names_identifiers()
    {
        HashSet<string> ids = [.. Errors.All.Select(code => code.Id), .. WarningCodes.All.Select(code => code.Id)];
        Assert.Empty(from folder in (string[])["AgentSim.Core", "AgentSim.Cli", "AgentSim.PowerShell", "AgentSim.Proxy", "AgentSim.Zmtp"]
                     from source in Files(folder)
                     where !IsList(source.File)
                     from match in Identifier().Matches(Regex.Replace(source.Text, "(?m)^ *///.*$", ""))
                     where ids.Contains(match.Groups[1].Value)
                     select $"{source.File}: {match.Value}");
        string[] makers = ["AgentSim.Core/AgentSimException.cs", "AgentSim.Core/ErrorCode.cs", "AgentSim.Core/Errors.cs",
            "AgentSim.Core/WarningCodes.cs"];
        Assert.Empty(Files(".").Where(source => Construction().IsMatch(source.Text)).Select(source => source.File).Except(makers));
    }

    [Fact]
    public void Quotations_in_messages_are_bounded_wherever_they_are_made()
    {
        string[] files = [.. Files(".").Where(source => source.File != "AgentSim.Core/Quote.cs" && BareQuotation()
            .IsMatch(source.Text.Replace("$\"'{value}'\").Append", "", StringComparison.Ordinal)
            .Replace("'{' ", "", StringComparison.Ordinal).Replace("'{')", "", StringComparison.Ordinal)
            .Replace("'{':", "", StringComparison.Ordinal))).Select(source => source.File)];
        Assert.Empty(files);
    }

    [Fact]
    public void Every_entry_has_a_cause_and_a_remedy_and_one_identifier()
    {
        Assert.Equal(Errors.All.Count, Errors.All.Select(code => code.Id).Distinct().Count());
        Assert.All(Errors.All, code =>
        {
            Assert.Same(code, Errors.Find(code.Id));
            Assert.Matches("^[A-Z][A-Za-z0-9]+$", code.Id);
            Assert.True(code.Cause.Length > 10 && code.Remedy.Length > 5, code.Id);
            Assert.True(Enum.IsDefined(code.Category), code.Id);
        });
        Assert.Equal(
            typeof(WarningCodes).GetProperties().Where(property => property.PropertyType == typeof(WarningCode))
                .Select(property => property.Name).Order(StringComparer.Ordinal),
            WarningCodes.All.Select(code => code.Id));
        Assert.Equal(
            typeof(Errors).GetProperties().Where(property => property.PropertyType == typeof(ErrorCode)).Select(property => property.Name)
                .Order(StringComparer.Ordinal),
            Errors.All.Select(code => code.Id).Order(StringComparer.Ordinal));
        Assert.Null(Errors.Find("NoSuchThing"));
    }

    /// <summary>Set AGENTSIM_WRITE_PAGES=1 to write the page anew.</summary>
    [Fact]
    public void The_page_is_made_of_the_list()
    {
        string old = File.ReadAllText(Page).ReplaceLineEndings("\n"), made = MakePage(old);
        if (Environment.GetEnvironmentVariable("AGENTSIM_WRITE_PAGES") == "1") File.WriteAllText(Page, made);
        Assert.Equal(made, File.ReadAllText(Page).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_setting_has_a_name_on_the_command_line_that_is_an_option_of_it()
    {
        HashSet<string> options = [.. ((CommandSpec[])[ReplayCommand.Spec, ImportCommand.Spec, ConvertCommand.Spec, CaptureCommand.Spec,
            TimelineCommand.Spec, CompareCommand.Spec, SweepCommand.Spec, CapacityCommand.Spec, LiveCommand.Spec, ServeCommand.Spec])
            .SelectMany(command => command.Options.Select(option => option.Name).Append($"agentsim {command.Name}"))];
        // Values that the command line writes as files do, and what it cannot be told.
        Term[] neutral = [Setting.RoundRobin, Setting.KvRouter, Setting.DropDependencies];
        Assert.All(Setting.All.Except(neutral), term => Assert.Contains(OptionNames.Wording.Of(term), options));
        Assert.Equal(
            typeof(Setting).GetProperties().Where(property => property.PropertyType == typeof(Term)).Select(property => property.Name)
                .Order(StringComparer.Ordinal),
            Setting.All.Select(term => term.Name).Order(StringComparer.Ordinal));
    }

    // What stands before the first table of a section is written by hand.
    private static string MakePage(string old)
    {
        var page = new StringBuilder();
        foreach (string section in Regex.Split(old, @"(?m)^(?=## )"))
        {
            string title = Regex.Match(section, "^## (.*)").Groups[1].Value;
            string[] rows = title == "Warnings of a run"
                ? ["| code | what is counted | what helps |", "|---|---|---|",
                    .. WarningCodes.All.Select(code => $"| `{code.Id}` | {code.Meaning} | {code.Remedy} |")]
                : [.. Errors.All.Where(code => code.Section == title).OrderBy(code => code.Id, StringComparer.Ordinal)
                    .Select(code => $"| `{code.Id}` | {code.Cause} | {code.Remedy} | {code.Category} |")];
            if (rows.Length == 0)
            {
                page.Append(section);
                continue;
            }

            if (title != "Warnings of a run") rows = ["| id | when | what helps | category |", "|---|---|---|---|", .. rows];
            page.Append(section[..section.IndexOf('|', StringComparison.Ordinal)]).AppendJoin('\n', rows).Append("\n\n");
        }

        Assert.Equal(Errors.All.Select(code => code.Section).Distinct().Order(StringComparer.Ordinal),
            Regex.Matches(old, "(?m)^## (.*)$").Select(match => match.Groups[1].Value).Where(title => title != "Warnings of a run")
                .Order(StringComparer.Ordinal));
        return page.ToString().TrimEnd('\n') + "\n";
    }
}
