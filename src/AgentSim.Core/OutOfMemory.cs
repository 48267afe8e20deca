namespace AgentSim;

/// <summary>Memory or threads that the system refuses: a limit of the process, and no defect of the program.</summary>
public static class OutOfMemory
{
    /// <summary>Whether an exception says so, alone or as the cause of others.</summary>
    /// <param name="error">What was thrown.</param>
    public static bool Is(Exception? error) => error switch
    {
        null => false,
        OutOfMemoryException or ThreadStartException => true,
        AggregateException several => several.InnerExceptions.Any(Is),
        TypeInitializationException or TaskSchedulerException => Is(error.InnerException),
        _ => false,
    };

    /// <summary>The error for people.</summary>
    /// <param name="cause">What was thrown.</param>
    public static AgentSimException Error(Exception cause) => Errors.MemoryExhausted.Error(
        "there is not enough memory, or no further thread; give the process more (ulimit -v, -u, limits of its container), or less to do",
        cause);
}
