using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class IntMapTests
{
    [Theory]
    [InlineData(1, 12)]         // few, so that keys come and go in the same places
    [InlineData(2, 500)]
    [InlineData(3, 100_000)]    // many, so that it grows
    public void Behaves_like_a_dictionary_in_which_0_means_absent(int seed, int keys)
    {
        Random random = new(seed);
        IntMap map = new();
        Dictionary<int, int> model = [];
        for (int step = 0; step < 50_000; step++)
        {
            int key = random.Next(keys), value = random.Next(3);
            map[key] = value;
            if (value == 0) model.Remove(key);
            else model[key] = value;
            int asked = random.Next(keys);
            Assert.Equal(model.GetValueOrDefault(asked), map[asked]);
        }

        foreach ((int key, int value) in model) Assert.Equal(value, map[key]);
    }
}
