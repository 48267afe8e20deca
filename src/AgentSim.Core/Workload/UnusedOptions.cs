using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>Warns of options that have no effect on the workload they were given for.</summary>
internal static class UnusedOptions
{
    /// <summary>Of those about the reading of files.</summary>
    public static void Warn(WorkloadOptions options)
    {
        string both = $"{Setting.TraceSharedPrefixRatio} and {Setting.TracePrefixGroups}";
        bool hasRatio = options.SharedPrefixRatio != 0, hasGroups = options.PrefixGroups != 0;
        if (options.Format != TraceFormat.AppliedComputeAgentic && (hasRatio || hasGroups))
            options.OnWarning?.Invoke(RunWarning.OptionIgnored(
                $"{both} have no effect: they are for the trace format {TraceFormat.AppliedComputeAgentic.Term()}"));
        else if (hasRatio != hasGroups)
            options.OnWarning?.Invoke(RunWarning.OptionIgnored($"{both} have no effect by themselves: give both"));
        if (options.DropSessionless && options.Format != TraceFormat.Dynamo)
            options.OnWarning?.Invoke(RunWarning.OptionIgnored(
                $"{Setting.DropSessionless} has no effect with the trace format {options.Format.Term()}; it is for " +
                    $"{TraceFormat.Dynamo.Term()}"));
        WarnOfCut(options);
    }

    /// <summary>Of the one about cuts, which rows in memory have, too.</summary>
    public static void WarnOfCut(WorkloadOptions options)
    {
        if (options.AllowCut && options.Format is not (TraceFormat.Mooncake or TraceFormat.MooncakeDelta))
            options.OnWarning?.Invoke(RunWarning.OptionIgnored(
                $"{Setting.AllowCut} has no effect with the trace format {options.Format.Term()}, which never cuts prompts"));
    }
}
