using AgentSim.Traces;

namespace AgentSim.Tests.Traces;

public sealed class TextIndexTests
{
    private readonly TextIndex _texts = new();

    [Fact]
    public void Texts_are_found_by_number_and_numbers_by_text()
    {
        string[] texts = [.. Enumerable.Range(0, 20_000).Select(i => $"request-{i}-\u00e9\U0001f600")];

        Assert.All(texts, text => Assert.True(_texts.TryAdd(text)));

        Assert.All(Enumerable.Range(0, texts.Length), i => Assert.Equal((texts[i], i), (_texts[i], _texts.Find(texts[i]))));
        Assert.Equal(-1, _texts.Find("request-20000"));
    }

    [Fact]
    public void A_text_is_added_once()
    {
        Assert.True(_texts.TryAdd("a"));
        Assert.False(_texts.TryAdd("a"));
        Assert.True(_texts.TryAdd("b"));
        Assert.Equal(1, _texts.Find("b"));
    }

    [Fact]
    public void The_empty_text_and_texts_of_any_length_are_texts_like_others()
    {
        string[] texts = ["", new('x', 300_000), "between", new('y', 131_072), "", "z"];

        Assert.Equal([true, true, true, true, false, true], texts.Select(_texts.TryAdd));

        Assert.Equal(["", texts[1], "between", texts[3], "z"], Enumerable.Range(0, 5).Select(i => _texts[i]));
    }

    [Fact]
    public void Texts_are_ordered_by_code_point()
    {
        string[] texts = ["a", "ab", "\ufffd", "\U00010000"];
        foreach (string text in texts) _texts.TryAdd(text);

        for (int i = 0; i < texts.Length; i++)
        {
            for (int j = 0; j < texts.Length; j++) Assert.Equal(i.CompareTo(j), Math.Sign(_texts.Compare(i, j)));
        }
    }
}
