using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class NameTableTests
{
    [Fact]
    public void Names_are_numbered_in_order_of_appearance_and_come_back_as_they_were()
    {
        Random random = new(5);
        NameTable names = new();
        List<string> model = [];
        for (int i = 0; i < 20_000; i++)
        {
            string name = $"{new string('x', random.Next(20))}{random.Next(8_000)}";
            if (random.Next(5_000) == 0) name = new string('y', 100_000 + random.Next(3));   // longer than a page
            int number = model.IndexOf(name);
            Assert.Equal(number, names.Find(name));
            if (number < 0) model.Add(name);
            Assert.Equal(number < 0 ? model.Count - 1 : number, names.GetOrAdd(name, out bool isNew));
            Assert.Equal(number < 0, isNew);
            if (model.Count > 3_000) break;
        }

        Assert.Equal(model, names);
        names.Seal();
        Assert.Equal(model, names);
    }

    [Fact]
    public void Names_that_no_file_can_hold_stay_apart()
    {
        NameTable names = new();
        foreach (string name in (string[])["", "\ud800", "\udc00", "\ufffd", "\0"]) names.GetOrAdd(name, out _);
        Assert.Equal(["", "\ud800", "\udc00", "\ufffd", "\0"], names);
    }

    [Fact]
    public void Names_can_be_put_in_another_order()
    {
        NameTable names = new();
        foreach (string name in (string[])["a", "b", "c"]) names.GetOrAdd(name, out _);
        Assert.Equal(["c", "a", "b"], names.Arranged([1, 2, 0]));
    }

    [Fact]
    public void Names_are_found_by_number_and_numbers_by_name()
    {
        NameTable names = new();
        string[] texts = [.. Enumerable.Range(0, 20_000).Select(i => $"request-{i}-\u00e9\U0001f600")];

        Assert.All(texts, text => Assert.True(IsNew(names, text)));

        Assert.All(Enumerable.Range(0, texts.Length), i => Assert.Equal((texts[i], i), (names[i], names.Find(texts[i]))));
        Assert.Equal(-1, names.Find("request-20000"));
    }

    [Fact]
    public void A_name_is_added_once()
    {
        NameTable names = new();
        Assert.True(IsNew(names, "a"));
        Assert.False(IsNew(names, "a"));
        Assert.True(IsNew(names, "b"));
        Assert.Equal(1, names.Find("b"));
    }

    [Fact]
    public void The_empty_name_and_names_of_any_length_are_names_like_others()
    {
        NameTable names = new();
        string[] texts = ["", new('x', 300_000), "between", new('y', 131_072), "", "z"];

        Assert.Equal([true, true, true, true, false, true], texts.Select(text => IsNew(names, text)));

        Assert.Equal(["", texts[1], "between", texts[3], "z"], Enumerable.Range(0, 5).Select(i => names[i]));
    }

    [Fact]
    public void Names_are_ordered_by_code_point()
    {
        NameTable names = new();
        string[] texts = ["a", "ab", "\ufffd", "\U00010000"];
        foreach (string text in texts) names.GetOrAdd(text, out _);

        for (int i = 0; i < texts.Length; i++)
        {
            for (int j = 0; j < texts.Length; j++)
                Assert.Equal(i.CompareTo(j), Math.Sign(AgentSim.Collections.Utf8Order.Compare(names.Characters(i), names.Characters(j))));
        }
    }

    private static bool IsNew(NameTable names, string name)
    {
        names.GetOrAdd(name, out bool isNew);
        return isNew;
    }
}
