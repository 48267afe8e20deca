using AgentSim.Rows;

namespace AgentSim.Tests.Rows;

/// <summary>Agentic rows of version 2, made short.</summary>
internal static class PlayRows
{
    public const int BlockSize = 16;

    public const string Header =
        """{"schema":"dynamo.agentic_mooncake","version":2,"block_size":16,"hash_id_scope":"local","source":{"format":"x","digest":"y"}}""";

    /// <summary>The worked example of behaviour 01#13.7.</summary>
    public const string Example = Header + "\n" + """
        {"request_id":"p","play_id":"A","session_id":"s","model":"m","input_length":32,"output_length":4,"hash_ids":[1,2],"not_before_ms":0}
        {"request_id":"c","play_id":"A","session_id":"t","model":"m","input_length":16,"output_length":2,"hash_ids":[9],"not_before_ms":0,"dependencies":[{"request_id":"p","trigger":"dispatch","delay_ms":3,"relation":"spawn"}]}
        {"request_id":"q","play_id":"A","session_id":"s","model":"m","input_length":48,"output_length":2,"hash_ids":[1,2,3],"not_before_ms":0,"dependencies":[{"request_id":"p","trigger":"completion","delay_ms":5,"relation":"sequence"},{"request_id":"c","trigger":"completion","delay_ms":1,"relation":"join"}]}
        {"request_id":"b","play_id":"B","session_id":"u","model":"m","input_length":16,"output_length":1,"hash_ids":[7],"not_before_ms":10}
        """;

    public static MooncakeRow Row(string id, string play, double notBefore, params RowDependency[] dependencies) => new()
    {
        IsAgentic = true,
        RequestId = id,
        PlayId = play,
        SessionId = play,
        Model = "m",
        InputLength = BlockSize,
        OutputLength = 1,
        HashIds = [1],
        NotBeforeMs = notBefore,
        Dependencies = dependencies,
        TraceBlockSize = BlockSize,
    };

    public static RowDependency After(string id, double delay = 0) =>
        new(id, DependencyTrigger.Completion, delay, DependencyRelation.Sequence);

    public static RowDependency WithStartOf(string id, double delay = 0) =>
        new(id, DependencyTrigger.Dispatch, delay, DependencyRelation.Spawn);
}
