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
}
