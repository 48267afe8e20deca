using System.Text;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Tests.Json;

/// <summary>A field that is declared once is read, checked and written by that.</summary>
public class JsonFieldsTests
{
    private sealed class Thing
    {
        public string? Name { get; set; }
        public long? Size { get; set; }
        public ulong? Extra { get; set; }
        public IReadOnlyList<string>? Tags { get; set; }
        public bool WasNoted { get; set; }
    }

    private static readonly JsonFields<Thing, Thing> Fields = new JsonFields<Thing, Thing>("thing.")
        .Add("name", JsonKinds.Text, (ref t, value) => t.Name = value, t => t.Name, JsonRule.Must)
        .Add("size", JsonKinds.Count, (ref t, value) => t.Size = value, t => t.Size, writesNull: true, alias: "length")
        .Add("extra", JsonKinds.UInt64, null, t => t.Extra)
        .Add("tags", JsonKinds.Texts, (ref t, value) => t.Tags = value, t => t.Tags, JsonRule.Typed)
        .AddOwn<string?>("note", (ref json, ref t, _) => Note(ref json, t), rule: JsonRule.Repeatable);

    private static bool Note(ref JsonRow json, Thing thing)
    {
        json.SkipValue();
        return thing.WasNoted = true;
    }

    private static Thing Read(string text)
    {
        var json = new JsonRow(Encoding.UTF8.GetBytes(text), JsonRow.AnyDepth);
        var thing = new Thing();
        Fields.ReadRow(ref json, ref thing);
        return thing;
    }

    private static string Written(Thing thing)
    {
        using var stream = new MemoryStream();
        var json = new JsonLineWriter(stream);
        Fields.Write(json, thing);
        json.Flush();
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Theory]
    [InlineData("""{"name":"a","size":3,"tags":["x"],"note":{"a":[1]},"note":2}""")]
    [InlineData("""{"note":1,"tags":["x"],"length":3,"unknown":[{}],"name":"a"}""")]
    [InlineData("""{"n\u0061me":"a","":0,"size":3,"tags":["x"],"note":null}""")]
    public void Fields_come_in_any_order_and_by_any_name(string text)
    {
        Thing thing = Read(text);

        Assert.Equal(("a", 3L, "x", true), (thing.Name, thing.Size, thing.Tags?.Single(), thing.WasNoted));
    }

    [Theory]
    [InlineData("""{"size":1}""", "'thing.name' is missing")]
    [InlineData("""{"name":null}""", "'thing.name' must not be null")]
    [InlineData("""{"name":1}""", "'thing.name' must be a string, not 1")]
    [InlineData("""{"name":"a","name":"b"}""", "'thing.name' is given twice")]
    [InlineData("""{"name":"a","size":1,"length":1}""", "'thing.size' is given twice")]
    [InlineData("""{"name":"a","tags":null}""", "'thing.tags' must be an array, not null")]
    [InlineData("""{"name":"a","tags":["b",1]}""", "'thing.tags' must be a string, not 1")]
    public void Errors_name_the_field(string text, string message) =>
        Assert.Equal(message, Assert.ThrowsAny<JsonException>(() => Read(text)).Message);

    [Fact]
    public void A_field_that_is_only_written_is_unknown_when_it_is_read() =>
        Assert.Null(Read("""{"name":"a","extra":"not a number"}""").Extra);

    [Fact]
    public void Fields_are_written_in_the_order_of_the_table_and_left_out_without_a_value()
    {
        Assert.Equal("""{"name":"a","size":null}""", Written(new Thing { Name = "a" }));
        Assert.Equal("""{"size":1,"extra":2,"tags":["x","y"]}""", Written(new Thing { Size = 1, Extra = 2, Tags = ["x", "y"] }));
    }

    [Fact]
    public void Lenient_readers_see_the_same_fields()
    {
        LooseObject thing = Fields.Loose(new Thing { Name = "a", Size = 3, Tags = ["x"] });

        Assert.Equal(("a", 3.0, "x"), (thing.Text("name"), thing.Number("size"), thing.Items("tags")?.Single().AsText()));
        Assert.False(thing.Get("extra").Exists);
        Assert.Equal(["name", "size", "tags"], thing.Members().Select(member => member.Key));
    }

    [Fact]
    public void Reading_allocates_nothing_for_its_fields()
    {
        byte[] text = Encoding.UTF8.GetBytes("""{"size":3,"note":1,"unknown":2,"name":"a"}""");
        var thing = new Thing();
        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                var json = new JsonRow(text, JsonRow.AnyDepth);
                Fields.ReadRow(ref json, ref thing);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();

        Assert.InRange(Allocated(), 0, 32_000);   // the text "a" itself
    }
}
