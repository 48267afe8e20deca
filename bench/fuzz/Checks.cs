using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentSim.Fuzz;

/// <summary>What must hold of every call, whatever it was given.</summary>
internal static partial class Checks
{
    private const int LongestLine = 4300;      // an error is cut at 4000, and has its identifier behind
    private const int MostErrors = 100_000;

    /// <summary>
    /// Errors that are no file's fault, or of files as a whole that the message names in its own way; all others name a file.
    /// </summary>
    private static readonly string[] Placeless =
    [
        // the call
        "ArgumentsInvalid", "CommandMissing", "OptionAmbiguous", "OptionMissing", "OptionNotSupported", "OptionUnknown",
        "OptionValueInvalid",
        "OptionValueMissing", "OptionValueUnexpected", "OptionsConflict", "OptionsRefused", "InputMissing", "OutputFailed",
        "OutputExists", "OutputIsFolder",
        "EngineArgumentsInvalid", "RouterConfigInvalid", "ReplaySettingsInvalid", "SyntheticOptionsInvalid", "SyntheticLoadTooLarge",
        "WorkloadKnobInvalid", "ShardInvalid",
        "WorkloadKnobRefused", "AicNotAvailable", "BlockSizeNotRunnable", "TooManyWorkers", "TransferBandwidthInvalid",
        "ImportSettingInvalid",
        "ImportPathMissing", "ImportColumnUnknown", "LimitInvalid", "LimitMissed", "MetricUnknown", "MetricMissing", "BaselineMissing",
        "AgentsFormatUnknown",
        "TraceBlockSizeInvalid", "TraceFileCount", "TraceModeMismatch", "TraceBlockSizeMismatch", "CalibrationServerUnknown",
        "CalibrationDataMissing", "RouterTrackingKeyInvalid",
        // what a run comes to: the workload as a whole meets engines, a clock, a model that was asked for
        "ReplayDeadEnd", "RouterQueueFull", "LatencyTooLong", "SweepPointEmpty", "TraceModelMissing", "TraceEmpty", "ImportEmpty",
        "BaselineEmpty",
        "TimelineTimeOutOfRange", "TooManyBlocks", "TraceTooLarge", "CapacityRangeInvalid", "CapacityUnproven",
        // servers
        "LiveServerUnreachable", "LiveServerRefused", "LiveNotConfirmed", "LiveSettingsInvalid", "LiveRunInvalid", "LiveCountsOff",
        "LiveKeyInvalid", "EndpointInvalid", "ServerSettingInvalid",
    ];

    /// <summary>Errors of one line, or of one field of a JSON file; they say which.</summary>
    private static readonly string[] Lined =
    [
        "TraceRowInvalid", "RowInvalid", "HeaderInvalid", "RequestRecordInvalid", "ImportRowInvalid", "TraceLengthInvalid",
        "TraceRequestDuplicate",
        "DependencyUnknown", "LineTooLong", "TraceHashCount", "ImportUnitMissing",
    ];

    public static IEnumerable<Finding> Of(Case call, Outcome outcome, string folder, string temporary)
    {
        string errors = Encoding.UTF8.GetString(outcome.Errors), output = Encoding.UTF8.GetString(outcome.Output);
        if (Crash(outcome, errors) is { } crash) yield return crash;
        else if (Place(call, outcome, errors) is { } place) yield return place;
        if (outcome.PeakBytes > Limits.Bytes) yield return new Finding("memory",
            $"{call.Command} takes {outcome.PeakBytes / 1_000_000} MB", call.Command);
        if (outcome.Seconds > Limits.Seconds) yield return new Finding("time", $"{call.Command} takes {outcome.Seconds:F0} s",
            call.Command);
        if (Raw(errors) is >= 0 and int inErrors) yield return Seen("raw text", call, "standard error", errors, inErrors);
        if (Raw(output) is >= 0 and int inOutput) yield return Seen("raw text", call, "standard output", output, inOutput);
        if (errors.Split('\n').FirstOrDefault(line => line.Length > LongestLine) is { } line)
            yield return new Finding("long line", $"{line.Length} characters: {line[..120]}", $"{call.Command} {outcome.Exit}");
        if (errors.Length > MostErrors) yield return new Finding("long line",
            $"{errors.Length} characters on standard error: {errors[..120]}");
        bool isGiven = call.Arguments.Any(argument => NoNumber().IsMatch(argument)
            || (double.TryParse(argument, CultureInfo.InvariantCulture, out double number) && double.IsInfinity(number)));
        // What it quotes of a file is not its own, nor what a server answered.
        string own = Quoted().Replace(output, quote => new string(' ', quote.Length));
        own = Answered().Replace(own, answer => new string(' ', answer.Length));
        if (!isGiven && NoNumber().Match(own) is { Success: true } number)
            yield return Seen("no number", call, "standard output", output, number.Index);
        foreach (Finding finding in FilesOf(call, outcome, folder)) yield return finding;
        foreach (string left in Directory.EnumerateFileSystemEntries(temporary))
            yield return new Finding("leftover", $"in the folder for temporary files: {Path.GetFileName(left)}");
    }

    private static Finding? Crash(Outcome outcome, string errors)
    {
        string last = errors.TrimEnd('\n').Split('\n')[^1];
        if (errors.Contains("OutOfMemory", StringComparison.Ordinal)) return new Finding("memory", last);
        if (errors.Contains("internal error", StringComparison.Ordinal)) return new Finding("internal error", last);
        if (outcome.Exit is not (0 or 1 or 2)) return new Finding("crash",
            $"exit code {outcome.Exit}: {errors[..Math.Min(errors.Length, 600)]}");
        return outcome.Exit != 0 && !errors.Contains("agentsim: ", StringComparison.Ordinal)
            ? new Finding("crash", $"exit code {outcome.Exit}, and nothing says why") : null;
    }

    private static Finding? Place(Case call, Outcome outcome, string errors)
    {
        if (outcome.Exit == 0 || Identifier().Match(errors) is not { Success: true } id
            || Placeless.Contains(id.Groups[2].Value)) return null;
        string text = id.Groups[1].Value, name = id.Groups[2].Value;
        if (text.StartsWith("there is no ", StringComparison.Ordinal)) return null;   // format or preset, as an option names it
        if (text.StartsWith("an input has a blank name", StringComparison.Ordinal)) return null;
        string[] named = [.. call.Files.Keys.Where(file => text.Contains(Path.GetFileNameWithoutExtension(file), StringComparison.Ordinal)
            || text.Contains(Shown(Path.GetFileName(file)), StringComparison.Ordinal))];
        string first = text.Split(':')[0];   // a file may be named within the JSON of an option
        bool isOther = call.Arguments.Any(argument => argument.Contains($"\"{first}\"", StringComparison.Ordinal)
                || (first.Length > 3 && argument.Contains(first, StringComparison.Ordinal)))
            || text.StartsWith("in: ", StringComparison.Ordinal) || call.Arguments.Skip(1).Any(argument =>
            !call.Files.ContainsKey(argument) && text.Contains(Shown(argument[..Math.Min(argument.Length, 80)]) + (argument.Length > 80
                ? "" : ":"), StringComparison.Ordinal));
        if (named.Length == 0 && !isOther) return new Finding("no place", $"{text} [{name}]");
        return Lined.Contains(name) && !isOther && !LinePlace().IsMatch(text) ? new Finding("no place", $"no line: {text} [{name}]") : null;
    }

    // As messages show it.
    private static string Shown(string text) => string.Concat(text.Select(c => IsShown(c) ? c.ToString() : $"\\u{(int)c:x4}"));

    private static bool IsShown(char c) => c is not ('\u2028' or '\u2029'
        or '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E')
        or (>= '\u2066' and <= '\u2069')) && !char.IsControl(c);

    public static int Raw(string text) => text.ToList().FindIndex(c => c != '\n' && !IsShown(c));

    // What stands in a line of an output; lines that begin alike are one finding.
    private static Finding Seen(string kind, Case call, string where, string text, int at)
    {
        int start = text.LastIndexOf('\n', at) + 1;
        string first = Word().Match(text[start..at]).Value;
        return new Finding(kind, $"{call.Command}, {where}: {Around(text, at)}", $"{call.Command} {where} {first}");
    }

    public static string Around(string text, int at) => $"{Shown(text[Math.Max(0, at - 80)..Math.Min(text.Length, at + 40)])}";

    // Inputs are as they were, outputs are all there or none, nothing else is there, and what is there can be read.
    private static IEnumerable<Finding> FilesOf(Case call, Outcome outcome, string folder)
    {
        string[] expected = Expected(call);
        List<string> written = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder, path);
            if (call.Files.TryGetValue(name, out byte[]? before))
            {
                if (name != "sweep.jsonl"
                    && !File.ReadAllBytes(path).AsSpan().SequenceEqual(before)) yield return new Finding("input changed", name);
            }
            else if (Directory.Exists(path) && call.Files.Keys.Any(file => file.StartsWith(name + "/", StringComparison.Ordinal)))
            {
                // a folder of inputs
            }
            else if (expected.FirstOrDefault(output => name.StartsWith(output, StringComparison.Ordinal)) is { } output)
            {
                written.Add(output);
                foreach (Finding finding in Content(path, name)) yield return finding;
            }
            else if (!IsNamedReport(call, name)
                && !call.Arguments.Any(argument => argument.StartsWith(name.Split('.')[0], StringComparison.Ordinal)))
            {
                yield return new Finding("leftover", name);
            }
        }

        string missing = string.Join(", ", expected.Except(written)), there = string.Join(", ", written.Distinct());
        bool isHelp = call.Arguments.Any(argument => argument.StartsWith("--help", StringComparison.Ordinal));
        if (outcome.Exit == 0 && missing.Length > 0 && !isHelp) yield return new Finding("half set", $"exit code 0 without {missing}");
        if (outcome.Exit != 0 && missing.Length > 0 && written.Count > 0)
            yield return new Finding("half set", $"{there} without {missing}: {Encoding.UTF8.GetString(outcome.Errors)}");
    }

    // A report that was given no name lies in the folder that was named for it, or where the program runs.
    private static bool IsNamedReport(Case call, string name)
    {
        string folder = Path.GetDirectoryName(name) ?? "";
        bool isAskedFor = folder.Length == 0
            || call.Arguments.Zip(call.Arguments.Skip(1)).Any(pair => pair.First == "--report-json" && pair.Second.TrimEnd('/') == folder);
        return isAskedFor && Path.GetFileName(name).StartsWith("dynamo_replay_report_", StringComparison.Ordinal);
    }

    private static string[] Expected(Case call)
    {
        // Of an option that is given twice the last counts.
        Dictionary<string, string> named = [];
        for (int i = 1; i < call.Arguments.Count - 1; i++)
        {
            if (Options.IsOutput(call.Arguments[i])) named[call.Arguments[i]] = call.Arguments[i + 1];
        }

        return [.. named.Values.Where(name => name.StartsWith(CaseMaker.Out,
            StringComparison.Ordinal)).Select(name => name.Replace(".npz", "", StringComparison.Ordinal)).Distinct()];
    }

    private static IEnumerable<Finding> Content(string path, string name)
    {
        byte[] content = File.ReadAllBytes(path);
        if (name.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var plain = new MemoryStream();
            using (var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress)) gzip.CopyTo(plain);
            (content, name) = (plain.ToArray(), name[..^3]);
        }

        string text = Encoding.UTF8.GetString(content);
        if (name.EndsWith(".json", StringComparison.Ordinal) && Json(content) is { } fault) yield return new Finding("no JSON",
            $"{name}: {fault}");
        if (name.EndsWith(".jsonl", StringComparison.Ordinal))
        {
            foreach (string line in text.Split('\n').SkipLast(1))
            {
                if (Json(Encoding.UTF8.GetBytes(line)) is not { } lineFault) continue;
                yield return new Finding("no JSON", $"{name}: {lineFault}");
                break;
            }
        }

        if (name.EndsWith(".csv", StringComparison.Ordinal) && NoNumber().Match(text) is { Success: true } number)
            yield return new Finding("no number", $"{name}: {Around(text, number.Index)}");
        if (name.EndsWith(".html", StringComparison.Ordinal) && text.Contains("<script>fuzz()", StringComparison.Ordinal))
            yield return new Finding("no page", $"{name}: text of the input is a script of the page");
    }

    // Strictly, and every number is one that a program can hold.
    public static string? Json(byte[] content)
    {
        var reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.Number && !(reader.TryGetDouble(out double value) && double.IsFinite(value)))
                    return $"a number is not finite before byte {reader.BytesConsumed}";
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) _ = reader.GetString();
            }

            return null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return error.Message;
        }
    }

    [GeneratedRegex(@"^agentsim: (.*) \[(\w+)\]$", RegexOptions.Multiline)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@":[0-9]+|line [0-9]+|row [0-9]+")]
    private static partial Regex LinePlace();

    [GeneratedRegex(@"\(\{.*")]
    private static partial Regex Answered();

    [GeneratedRegex("'[^'\n]*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w'])(NaN|-?Infinity|∞)(?![\w'])")]
    private static partial Regex NoNumber();
}
