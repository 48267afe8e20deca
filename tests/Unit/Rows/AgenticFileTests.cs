using System.Text;
using AgentSim.Rows;

namespace AgentSim.Tests.Rows;

/// <summary>Agentic files of version 2: reading and writing them.</summary>
public sealed class AgenticFileTests : IDisposable
{
    private const string Row =
        """{"request_id":"a","play_id":"P","session_id":"s","model":"m","input_length":20,"output_length":3,"hash_ids":[4,5],"not_before_ms":1.5}""";
    private const string Dependency = """{"request_id":"b","trigger":"completion","delay_ms":2,"relation":"join"}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private List<AtLine<MooncakeRow>> Read(string content, TraceFormat format = TraceFormat.AgenticMooncake) =>
        [.. MooncakeRowReader.Read(_folder.Write("in.jsonl", content), format, 512)];

    private AgentSimException Fault(string content) => Assert.Throws<AgentSimException>(() => Read(content));

    private static string Written(params MooncakeRow[] rows)
    {
        var stream = new MemoryStream();
        Assert.Equal(rows.Length, AgenticFileWriter.Write(stream, rows, PlayRows.BlockSize, "x"));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void Every_field_is_read()
    {
        string row = Row[..^1] + ""","output_token_ids":[1,2,3],"priority":-3,"strict_priority":4,"policy_class":"c","dependencies":["""
            + Dependency
            + """,{"relation":"spawn","delay_ms":0.25,"trigger":"dispatch","request_id":"c"}]}""";
        MooncakeRow read = Assert.Single(Read(PlayRows.Header + "\n" + row)).Value;
        Assert.Equal(("a", "P", "s", "m"), (read.RequestId, read.PlayId, read.SessionId, read.Model));
        Assert.Equal((20, 3, 1.5), (read.InputLength, read.OutputLength, read.NotBeforeMs));
        Assert.Equal([4UL, 5UL], read.HashIds);
        Assert.Equal([1u, 2u, 3u], read.OutputTokenIds);
        Assert.Equal((-3, 4u, "c"), (read.Priority, read.StrictPriority, read.PolicyClass));
        Assert.Equal(
            [
                new RowDependency("b", DependencyTrigger.Completion, 2, DependencyRelation.Join),
                new RowDependency("c", DependencyTrigger.Dispatch, 0.25, DependencyRelation.Spawn),
            ],
            read.Dependencies);
        Assert.Equal((true, 2), (read.IsAgentic, read.AgenticVersion));
    }

    [Fact]
    public void The_block_size_of_the_header_wins_over_the_option()
    {
        Assert.Equal(16, Read(PlayRows.Header + "\n" + Row)[0].Value.TraceBlockSize);
        Assert.Contains("takes 1 hash ids of 20 tokens", Fault(PlayRows.Header.Replace("16", "20", StringComparison.Ordinal) + "\n"
            + Row).Message);
    }

    [Fact]
    public void The_header_is_the_first_line_that_is_not_blank_and_counts_as_a_line()
    {
        Assert.Equal(4, Read("\n  \r\n" + PlayRows.Header + "\r\n" + Row)[0].Line);
        Assert.Empty(Read(PlayRows.Header));
        // Further down it is a row of version 1 without an id.
        Assert.Contains("'request_id' is missing", Fault("""{"request_id":"a","input_length":1,"output_length":1,"hash_ids":[1]}""" + "\n"
            + PlayRows.Header).Message);
    }

    [Theory]
    [InlineData("""{"schema":"dynamo.agentic_mooncake.v2","request_id":"a","output_length":1,"hash_ids":[]}""")]
    [InlineData("""{"schema":{"schema":"dynamo.agentic_mooncake"},"request_id":"a","output_length":1,"hash_ids":[]}""")]
    [InlineData("""{"x":{"schema":"dynamo.agentic_mooncake"},"request_id":"a","output_length":1,"hash_ids":[]}""")]
    [InlineData("""{"schema":null,"request_id":"a","output_length":1,"hash_ids":[]}""")]
    public void Any_other_first_line_is_a_row_of_version_1(string line) => Assert.Equal(1, Read(line)[0].Value.AgenticVersion);

    [Fact]
    public void Other_formats_know_no_header() =>
        Assert.Contains("'hash_ids' is missing", Assert.Throws<AgentSimException>(() =>
            Read(PlayRows.Header, TraceFormat.Mooncake)).Message);

    [Theory]
    [InlineData("'version' is 3", "\"version\":2", "\"version\":3")]
    [InlineData("'version' is 1", "\"version\":2", "\"version\":1")]
    [InlineData("'version' is missing", "\"version\":2,", "")]
    [InlineData("'version' must be", "\"version\":2", "\"version\":\"2\"")]
    [InlineData("'block_size' is 0", "\"block_size\":16", "\"block_size\":0")]
    [InlineData("'block_size' is 3000000000", "\"block_size\":16", "\"block_size\":3000000000")]
    [InlineData("'block_size' is missing", "\"block_size\":16,", "")]
    [InlineData("'block_size' is given twice", "\"block_size\":16", "\"block_size\":16,\"block_size\":16")]
    [InlineData("'hash_id_scope' is 'global'", "\"local\"", "\"global\"")]
    [InlineData("'hash_id_scope' is missing", "\"hash_id_scope\":\"local\",", "")]
    [InlineData("'source' is missing", ",\"source\":{\"format\":\"x\",\"digest\":\"y\"}", "")]
    [InlineData("'source.format' is missing", "\"format\":\"x\",", "")]
    [InlineData("'source.format' is blank", "\"x\"", "\" \"")]
    [InlineData("'source.digest' is missing", ",\"digest\":\"y\"", "")]
    [InlineData("'source.digest' is blank", "\"y\"", "\"\"")]
    public void A_header_that_is_wrong_is_refused(string message, string old, string replacement)
    {
        AgentSimException error = Fault("\n" + PlayRows.Header.Replace(old, replacement, StringComparison.Ordinal) + "\n" + Row);
        Assert.Equal("HeaderInvalid", error.ErrorId);
        Assert.Contains(":2: " + message, error.Message);
    }

    [Theory]
    [InlineData("'request_id' is blank", "\"a\"", "\" \"")]
    [InlineData("'request_id' is missing", "\"request_id\":\"a\",", "")]
    [InlineData("'request_id' must not be null", "\"a\"", "null")]
    [InlineData("'play_id' is missing or blank", "\"P\"", "\"\"")]
    [InlineData("'play_id' is missing", "\"play_id\":\"P\",", "")]
    [InlineData("'session_id' is missing or blank", "\"s\"", "\"\"")]
    [InlineData("'session_id' is missing", "\"session_id\":\"s\",", "")]
    [InlineData("'hash_ids' is missing or empty", "[4,5]", "[]")]
    [InlineData("'hash_ids' is missing or empty", ",\"hash_ids\":[4,5]", "")]
    [InlineData("'input_length' is missing or 0", "\"input_length\":20,", "")]
    [InlineData("'input_length' is missing or 0", "20", "0")]
    [InlineData("'input_length' is 20, which takes 2 hash ids of 16 tokens, but there are 3", "[4,5]", "[4,5,6]")]
    [InlineData("'input_length' is 20, which takes 2 hash ids of 16 tokens, but there are 1", "[4,5]", "[4]")]
    [InlineData("'model' is missing or blank", "\"m\"", "\"\"")]
    [InlineData("'model' is missing", "\"model\":\"m\",", "")]
    [InlineData("'output_length' is missing", "\"output_length\":3,", "")]
    [InlineData("'output_token_ids' holds 2 tokens", "\"output_length\":3,", "\"output_length\":3,\"output_token_ids\":[1,2],")]
    [InlineData("'not_before_ms' is missing", ",\"not_before_ms\":1.5", "")]
    [InlineData("'not_before_ms' is -1", "1.5", "-1")]
    [InlineData("'not_before_ms' is 1e999", "1.5", "1e999")]
    public void A_row_that_breaks_a_rule_is_refused_with_its_line(string message, string old, string replacement)
    {
        AgentSimException error = Fault(PlayRows.Header + "\n" + Row + "\n" + Row.Replace(old, replacement, StringComparison.Ordinal));
        Assert.Equal("RowInvalid", error.ErrorId);
        Assert.Contains(":3: " + message, error.Message);
    }

    [Theory]
    [InlineData("'dependencies' must be an array", "[{}]", "3")]
    [InlineData("'dependencies' must be an array", "[{}]", "null")]
    [InlineData("'dependencies' must be an array of objects", "{}", "\"b\"")]
    [InlineData("'dependencies.request_id' is missing", "{}", """{"trigger":"completion","delay_ms":2,"relation":"join"}""")]
    [InlineData("'dependencies.request_id' is missing or blank", "{}",
        """{"request_id":"","trigger":"completion","delay_ms":2,"relation":"join"}""")]
    [InlineData("'dependencies.trigger' is missing", "{}", """{"request_id":"b","delay_ms":2,"relation":"join"}""")]
    [InlineData("'dependencies.trigger' is 'start'", "{}", """{"request_id":"b","trigger":"start","delay_ms":2,"relation":"join"}""")]
    [InlineData("'dependencies.delay_ms' is missing", "{}", """{"request_id":"b","trigger":"completion","relation":"join"}""")]
    [InlineData("'dependencies.delay_ms' is -2", "{}", """{"request_id":"b","trigger":"completion","delay_ms":-2,"relation":"join"}""")]
    [InlineData("'dependencies.relation' is missing", "{}", """{"request_id":"b","trigger":"completion","delay_ms":2}""")]
    [InlineData("'dependencies.relation' is 'parent'", "{}",
        """{"request_id":"b","trigger":"completion","delay_ms":2,"relation":"parent"}""")]
    [InlineData("the dependency on 'b' is triggered by dispatch", "{}",
        """{"request_id":"b","trigger":"dispatch","delay_ms":2,"relation":"join"}""")]
    public void A_dependency_that_breaks_a_rule_is_refused(string message, string old, string replacement)
    {
        string row = Row[..^1] + ",\"dependencies\":[{}]}";
        Assert.Contains(":2: " + message, Fault(PlayRows.Header + "\n" + row.Replace(old, replacement, StringComparison.Ordinal)).Message);
    }

    [Fact]
    public void Lengths_have_aliases_and_unknown_keys_are_passed_over()
    {
        string row = Row.Replace("input_length", "input_tokens", StringComparison.Ordinal)
            .Replace("output_length", "output_tokens", StringComparison.Ordinal);
        row = row[..^1] + ""","timestamp":"x","wait_for":3,"source_play_ordinal":0,"recorded_api_time_ms":[1]}""";
        Assert.Equal((20, 3), (Read(PlayRows.Header + "\n" + row)[0].Value.InputLength,
            Read(PlayRows.Header + "\n" + row)[0].Value.OutputLength));
    }

    [Fact]
    public void Files_are_written_in_one_fixed_form()
    {
        MooncakeRow full = PlayRows.Row("ä\"", "P", 0, PlayRows.WithStartOf("b", 0.5), PlayRows.After("c", 1e16));
        (full.OutputTokenIds, full.Priority, full.StrictPriority, full.PolicyClass) = ([7], -1, 2, "x");
        string first = "{\"request_id\":\"ä\\\"\"," + """
            "play_id":"P","session_id":"P","model":"m","input_length":16,"output_length":1,"output_token_ids":[7],"hash_ids":[1],
            "not_before_ms":0.0,"priority":-1,"strict_priority":2,"policy_class":"x",
            "dependencies":[{"request_id":"b","trigger":"dispatch","delay_ms":0.5,"relation":"spawn"},
            {"request_id":"c","trigger":"completion","delay_ms":1e+16,"relation":"sequence"}]}
            """.ReplaceLineEndings("");
        string second = """{"request_id":"b","play_id":"P","session_id":"P","model":"m","input_length":16,"output_length":1,"hash_ids":[1],"not_before_ms":12.25}""";
        string digest = Blake3.Hasher.Hash(Encoding.UTF8.GetBytes($"[{first},{second}]")).ToString();
        string header = PlayRows.Header.Replace("\"y\"", $"\"{digest}\"", StringComparison.Ordinal);
        Assert.Equal($"{header}\n{first}\n{second}\n", Written(full, PlayRows.Row("b", "P", 12.25)));
    }

    [Fact]
    public void What_was_written_reads_the_same_and_writes_the_same_again()
    {
        string once = Written([.. Read(PlayRows.Example).Select(row => row.Value)]);
        Assert.Equal(once, Written([.. Read(once).Select(row => row.Value)]));
        Assert.Equal(5, once.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public void Only_valid_rows_of_version_2_are_written()
    {
        MooncakeRow row = PlayRows.Row("a", "P", 0);
        row.InputLength = 17;
        Assert.Contains("rows:2: 'input_length' is 17", Assert.Throws<AgentSimException>(() =>
            Written(PlayRows.Row("b", "P", 0), row)).Message);
        var plain = new MooncakeRow { OutputLength = 1, HashIds = [1] };
        Assert.Contains("rows:1: this is no agentic row of version 2", Assert.Throws<AgentSimException>(() => Written(plain)).Message);
    }

    [Fact]
    public void The_writer_of_headerless_files_refuses_rows_of_version_2() => Assert.Equal(
        "RowsMixed", Assert.Throws<AgentSimException>(() => new MooncakeRowWriter(new MemoryStream())
            .Write(PlayRows.Row("a", "P", 0))).ErrorId);

    [Fact]
    public void A_row_of_version_1_with_typed_dependencies_is_refused_rather_than_taken_without_them()
    {
        MooncakeRow row = PlayRows.Row("a", "P", 0, PlayRows.After("b"));
        row.PlayId = null;
        Assert.Equal(1, row.AgenticVersion);
        Assert.Throws<AgentSimException>(() => MooncakeRowRules.Check(row, 16, "rows", 1));
    }
}
