using System.Text;
using AgentSim.Cli;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

/// <summary>A knob at its neutral value changes no byte of report and request log, in any stored case.</summary>
public class NeutralKnobsTests
{
    // Every option at its neutral value.
    private static readonly (string Option, string Value)[] Neutral =
    [
        ("--copies", "1"), ("--copies-offset", "window"), ("--copies-seed", "42"), ("--task-arrival-speedup-ratio", "1"),
        ("--tool-speedup-ratio", "1,bash=1.0"), ("--think-speedup-ratio", "1.0"), ("--output-ratio", "1e0"),
    ];

    // Those of which only leaving them out is neutral.
    private static readonly string[] WithoutNeutralValue =
        ["--concurrent-tasks", "--max-idle-seconds", "--max-tool-wait-seconds", "--copies-window-seconds", "--copies-shared"];

    [Fact]
    public void Every_knob_is_looked_at() => Assert.Equal(
        KnobArguments.Options.Select(option => option.Name).Order(StringComparer.Ordinal),
        Neutral.Select(knob => knob.Option).Concat(WithoutNeutralValue).Order(StringComparer.Ordinal));

    [Fact]
    public void Reports_and_request_logs_of_all_stored_cases_stay_as_they_are_to_the_byte()
    {
        StoredCase[] cases = [.. StoredCase.All().Where(stored => !stored.IsRefused)];
        Assert.True(cases.Length > 150);
        Assert.All(cases, Same);
    }

    private static void Same(StoredCase stored)
    {
        (ReplayWorkload workload, ReplaySettings settings) = (stored.LoadWorkload(), stored.Settings());
        string[] expected = Bytes(workload, settings);
        foreach ((string, string) knob in Neutral) Assert.Same(workload, AppliedKnobs.To(workload, Knobs(knob)));
        AreSame("neutral knobs", Bytes(workload, settings with { Knobs = Knobs(Neutral) }));

        // What they do to a workload is bit-equal at the neutral value, too: it is not only left out.
        AreSame("waits", Bytes(workload.With(KnobWaits.Apply(workload.Columns, WorkloadKnobs.Neutral), null), settings));
        WorkloadColumns one = WorkloadCopies.Of(workload.Columns, WorkloadKnobs.Neutral, CancellationToken.None).Load;
        AreSame("one copy", Bytes(workload.With(one, null), settings));

        // Longest pauses that no pause reaches: nothing but the setting itself.
        bool hasTools = workload.Columns.Agentic?.ToolWaitMs is not null;
        WorkloadKnobs longest = new() { MaxIdleSeconds = 1e9, MaxToolWaitSeconds = hasTools ? 1e9 : null };
        AreSame("longest pauses", [.. Bytes(workload, settings with { Knobs = longest })
            .Where(line => !line.Contains("_seconds\": 1000000000.0"))]);

        void AreSame(string what, string[] actual)
        {
            string? other = actual.Except(expected).FirstOrDefault();
            Assert.True(other is null && actual.Length == expected.Length, $"{stored.Name}, {what}: {other ?? "a line is missing"}");
            Assert.Equal(expected, actual);
        }
    }

    // The lines of the report but for real times, without the commas that depend on the next one, and those of the log.
    private static string[] Bytes(ReplayWorkload workload, ReplaySettings settings)
    {
        ReplayResult result = Replay.Run(workload, settings);
        return [.. ResultJson.RepeatableReport(result).Split('\n').Select(line => line.TrimEnd(',')),
            .. Encoding.UTF8.GetString(ResultJson.RequestBytes(result)).Split('\n')];
    }

    private static WorkloadKnobs Knobs(params (string Option, string Value)[] given) =>
        KnobArguments.Read(new OptionValues(name => Array.Find(given, knob => knob.Option == name) is { Option: not null } knob
            ? [knob.Value] : null)).All().Single();
}
