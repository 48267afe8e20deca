using AgentSim.Engines;
using AgentSim.Json;
using AgentSim.Routing;
using AgentSim.Tests.Engines.StaticBatch;

namespace AgentSim.Tests.Engines;

/// <summary>An argument is one row of a table, and an engine is one object in a list: nothing else has to hear of them.</summary>
public sealed class OneRowTests
{
    private static readonly JsonOptionsTable<EngineArguments> More = With(
        rows => rows.OptionalNumber("kv_compression", "How far KV blocks are packed.", NumberBounds.Fraction));

    [Fact]
    public void An_argument_that_is_one_row_is_read_kept_and_written()
    {
        EngineArguments read = Read(More, """{"kv_compression":0.25}""");
        Assert.Equal(0.25, read.Inert["kv_compression"]);
        Assert.Contains("\"kv_compression\":0.25", More.ToJson(read));
        Assert.Equal(More.ToJson(read), More.ToJson(Read(More, More.ToJson(read))));
        Assert.Equal(new EngineArguments(), Read(More, """{"kv_compression":null}"""));
        Assert.Equal(0.5, More.Rows.Single(row => row.Name == "kv_compression").Set!(read, 0.5).Inert["kv_compression"]);
    }

    [Fact]
    public void Its_range_its_type_and_its_name_are_checked()
    {
        Assert.Equal("kv_compression must be from 0 to 1 (is 2)", Assert.Single(More.Violations(Read(More, """{"kv_compression":2}"""))));
        Assert.Contains("kv_compression must be a number", Assert.Throws<AgentSimException>(() =>
            Read(More, """{"kv_compression":"x"}""")).Message);
        Assert.Contains("did you mean 'kv_compression'?", Assert.Throws<AgentSimException>(() =>
            Read(More, """{"kv_compresion":1}""")).Message);
    }

    [Fact]
    public void It_is_a_parameter_and_in_help_and_documentation()
    {
        OptionRow row = More.Rows.Single(row => row.Name == "kv_compression");
        Assert.Equal(("KvCompression", typeof(double?)), (row.Parameter, row.ValueType));
        Assert.Contains("  kv_compression: number from 0 to 1; default none\n      How far KV blocks are packed.\n",
            OptionHelp.Text(More, EngineArguments.Default));
        Assert.Contains("| `kv_compression` | number from 0 to 1 | none | all | How far KV blocks are packed. |\n",
            OptionHelp.Markdown(More, EngineArguments.Default));
        Assert.DoesNotContain("kv_compression", EngineHelp.Text);
    }

    [Fact]
    public void An_engine_that_is_one_object_is_known_by_name_with_its_defaults()
    {
        StaticBatchType fourth = new(passMs: 10);
        JsonOptionsTable<EngineArguments> table = EngineArgumentsTable.Create([.. EngineType.All, fourth]);
        EngineArguments read = Read(table, """{"engine_type":"Static-Batch"}""");
        Assert.Same(fourth, read.EngineType);
        Assert.Equal(16, read.Resolve("engine").BlockSize);
        Assert.Contains("must be one of sglang, trtllm, vllm, static-batch (is 'x')",
            Assert.Throws<AgentSimException>(() => Read(table, """{"engine_type":"x"}""")).Message);

        string help = OptionHelp.Text(table, EngineArguments.Default);
        Assert.Contains("  engine_type: sglang, trtllm, vllm, static-batch; default vllm\n", help);
        Assert.Contains("  block_size: whole number at least 0; default 1 (sglang), 32 (trtllm), 64 (vllm), 16 (static-batch)\n", help);
        Assert.Contains("  max_model_len: whole number at least 1, or null: no limit; default no limit; vllm only\n", help);
        Assert.Contains("  sglang.page_size: whole number at least 0, or null: that of block_size; default that of " +
            "block_size; sglang only\n", help);
        Assert.Contains("  enable_prefix_caching: true or false; default true; trtllm, vllm, static-batch only\n", help);
    }

    [Fact]
    public void Every_row_has_a_line_of_help_and_one_parameter()
    {
        OptionRow[][] tables = [[.. EngineArgumentsTable.Arguments.Rows], [.. RouterSettingsTable.Settings.Rows]];
        foreach (OptionRow[] rows in tables)
        {
            Assert.All(rows, row => Assert.True(row.Help.EndsWith('.') && !row.Help.Contains('\n') && !row.Help.Contains('|'), row.Name));
            Assert.Equal(rows.Length, rows.Select(row => row.Parameter).Distinct().Count());
        }
    }

    private static EngineArguments Read(JsonOptionsTable<EngineArguments> table, string json)
    {
        using System.Text.Json.JsonDocument document = JsonOptions.ParseObject(json, "engine", Errors.EngineArgumentsInvalid);
        return table.Read(new EngineArguments(), document.RootElement, "engine", "", Errors.EngineArgumentsInvalid);
    }

    private static JsonOptionsTable<EngineArguments> With(Action<InertRows<EngineArguments>> add)
    {
        JsonOptionsTable<EngineArguments> more = EngineArgumentsTable.Arguments.Copy([]);
        add(new InertRows<EngineArguments>(more, a => a.Inert, (a, inert) => a with { Inert = inert }));
        return more;
    }
}
