using System.Text;
using System.Text.Json.Nodes;
using AgentSim.Proxy;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Proxy;

public sealed class PromptMemoryTests
{
    private const int Block = 16;

    private static Prompt Chat(params string[] messages)
    {
        string body = new JsonObject { ["model"] = "m", ["messages"] =
            new JsonArray([.. messages.Select((text, i) => new JsonObject { ["role"] = i % 2 == 0 ? "user" : "assistant",
                ["content"] = text })]) }.ToJsonString();
        using PromptRequest request = PromptRequest.Read(Encoding.UTF8.GetBytes(body), Api.Chat, out _)!;
        return request.Prompt()!;
    }

    private static PlacedPrompt Place(PromptMemory memory, long? tokens, params string[] messages) =>
        memory.Place(Chat(messages), tokens, null, null, 0);

    private static int Shared(PlacedPrompt one, PlacedPrompt other) =>
        one.Hashes.Zip(other.Hashes).TakeWhile(pair => pair.First == pair.Second).Count();

    [Fact]
    public void A_shared_beginning_of_a_hundred_thousand_tokens_ends_where_the_server_says()
    {
        // Whatever the text looks like: here a token has 20 characters, where the estimate says 5.
        var memory = new PromptMemory(Block);
        string[] history = [new string('x', 2_000_000)];
        PlacedPrompt before = Place(memory, 100_000, history);
        for (long tokens = 100_700; tokens < 103_000; tokens += 700)
        {
            history = [.. history, "answer " + tokens, new string('y', 40)];
            PlacedPrompt after = Place(memory, tokens, history);
            Assert.Equal((tokens, (tokens + Block - 1) / Block), (after.Tokens, after.Hashes.Length));
            Assert.Equal((int)(before.Tokens / Block), Shared(before, after));
            before = after;
        }
    }

    [Fact]
    public void However_totals_grow_lengths_are_those_reported_and_turns_share_the_turn_before()
    {
        Arbitrary<(int Length, int Text)[]> turns = (from each in (from length in Gen.Choose(0, 300) from text in Gen.Choose(0,
            3000) select (length, text)).NonEmptyListOf() select each.ToArray()).ToArbitrary();
        Prop.ForAll(turns, steps =>
        {
            var memory = new PromptMemory(Block);
            List<string> messages = [];
            long total = 0;
            PlacedPrompt? before = null;
            foreach ((int length, int text) in steps)
            {
                messages.Add(new string((char)('a' + (messages.Count % 26)), text) + messages.Count);
                total += length;
                PlacedPrompt after = Place(memory, total, [.. messages]);
                Assert.Equal((total, (total + Block - 1) / Block), (after.Tokens, after.Hashes.Length));
                if (before is not null) Assert.True(Shared(before, after) >= before.Tokens / Block);
                before = after;
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_different_message_ends_what_is_shared_where_it_begins()
    {
        var memory = new PromptMemory(Block);
        PlacedPrompt one = Place(memory, 2_000, new string('a', 4000), new string('b', 4000)),
            other = Place(memory, 2_100, new string('a', 4000), new string('c', 4000));
        Assert.InRange(Shared(one, other), 55, 70);   // half of it
    }

    [Fact]
    public void Equal_text_has_equal_hashes_in_every_run_and_however_it_is_written()
    {
        Assert.Equal(Place(new PromptMemory(Block), 300, "one", "two").Hashes, Place(new PromptMemory(Block), 300, "one", "two").Hashes);
        Assert.Equal(Key("""{"messages":[{"role":"user","content":"a"}]}"""),
            Key("""{ "messages": [ { "role" : "user", "content": [{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}] } ] }"""));
        Assert.NotEqual(Key("""{"messages":[{"role":"user","content":"a"}]}"""), Key("""{"messages":[{"role":"user","content":"b"}]}"""));
        Assert.NotEqual(Key("""{"messages":[{"role":"user","content":"ab"}]}"""),
            Key("""{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}"""));

        static ulong Key(string body)
        {
            using PromptRequest request = PromptRequest.Read(Encoding.UTF8.GetBytes(body), Api.Messages, out _)!;
            return request.Prompt()!.Key;
        }
    }

    [Fact]
    public void Without_a_count_the_length_is_estimated_and_said_to_be()
    {
        PlacedPrompt placed = Place(new PromptMemory(Block), null, "one two three four");
        Assert.True(placed.IsEstimated);
        Assert.InRange(placed.Tokens, 4, 12);
        Assert.True(Place(new PromptMemory(Block), long.MaxValue, "one").IsEstimated);
    }

    [Fact]
    public void Sessions_follow_prompts_that_go_on_from_each_other()
    {
        var memory = new PromptMemory(Block);
        PlacedPrompt first = Place(memory, 20, "a"), second = Place(memory, 60, "a", "b", "c"),
            third = Place(memory, 90, "a", "b", "c", "d", "e");
        Assert.Equal([first.Session, first.Session], [second.Session, third.Session]);
        Assert.NotEqual(first.Session, Place(memory, 60, "a", "b", "other").Session);   // a branch
        Assert.NotEqual(first.Session, Place(memory, 20, "z").Session);
        Assert.Equal(first.Session, Place(memory, 90, "a", "b", "c", "d", "e").Session);   // the same once more
    }

    [Fact]
    public void A_prompt_that_was_refused_before_is_marked_when_it_works()
    {
        var memory = new PromptMemory(Block);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        memory.Failed(Chat("a"), now, 429);
        memory.Failed(Chat("a"), now.AddSeconds(3), 503);
        Assert.Equal((2, now, 503), Place(memory, 10, "a").Failures);
        Assert.Null(Place(memory, 10, "a").Failures);
    }

    [Fact]
    public void What_is_forgotten_is_bounded_and_what_comes_again_is_kept()
    {
        var memory = new PromptMemory(Block, mostMarks: 100);
        PlacedPrompt first = Place(memory, 1000, "kept " + new string('k', 400));
        for (int i = 0; i < 500; i++)
        {
            Place(memory, 100, $"passing {i}");
            if (i % 20 == 0) Assert.Equal(first.Hashes, Place(memory, 1000, "kept " + new string('k', 400)).Hashes);
        }

        PlacedPrompt after = Place(memory, 2000, "kept " + new string('k', 400), "answer", "more");
        Assert.Equal(1000 / Block, Shared(first, after));
    }

    [Fact]
    public void Media_count_as_a_whole_whatever_their_size()
    {
        string body = $$$$"""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{{new string('A', 1_000_000)}}}}"}},{"type":"text","text":"what is it?"}]}]}""";
        using PromptRequest request = PromptRequest.Read(Encoding.UTF8.GetBytes(body), Api.Messages, out _)!;
        Assert.InRange(request.Prompt()!.Estimate, 1000, 2000);
    }
}
