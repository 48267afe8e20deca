using System.Buffers.Binary;
using System.IO.Hashing;
using AgentSim.Imports;

namespace AgentSim.Tests.Imports;

public sealed class PromptPathTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(2000)]
    public void The_hashes_of_a_prompt_are_those_of_its_tokens_however_it_came_about(int blockSize)
    {
        var random = new Random(blockSize);
        var made = new List<(PromptPath Path, List<PromptRun> Runs)> { (PromptPath.After(null, 0, [], blockSize), []) };
        for (int i = 0; i < 300; i++)
        {
            (PromptPath parent, List<PromptRun> runs) = made[random.Next(3) == 0 ? random.Next(made.Count) : made.Count - 1];
            long kept = random.Next(3) == 0 ? random.NextInt64(parent.Length + 1) : parent.Length;
            PromptRun[] news = [.. Enumerable.Range(0, random.Next(4))
                .Select(_ => new PromptRun((ulong)random.Next(5), random.Next(3), random.Next(200)))];
            made.Add((PromptPath.After(parent, kept, news, blockSize), [.. Cut(runs, kept), .. news]));
        }

        foreach ((PromptPath path, List<PromptRun> runs) in made)
        {
            uint[] tokens = [.. runs.SelectMany(Tokens)];
            Assert.Equal(tokens.Length, path.Length);
            Assert.Equal(Hashes(tokens, blockSize), path.ToHashes());
        }
    }

    private static IEnumerable<PromptRun> Cut(List<PromptRun> runs, long tokens)
    {
        foreach (PromptRun run in runs)
        {
            yield return run with { Tokens = Math.Min(run.Tokens, tokens) };
            tokens -= Math.Min(run.Tokens, tokens);
        }
    }

    private static IEnumerable<uint> Tokens(PromptRun run)
    {
        var place = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(place, run.Identity);
        for (long i = 0; i < run.Tokens; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(place.AsSpan(8), run.Offset + i);
            yield return (uint)XxHash3.HashToUInt64(place);
        }
    }

    private static List<ulong> Hashes(uint[] tokens, int blockSize)
    {
        var hashes = new List<ulong>();
        for (int start = 0; start < tokens.Length; start += blockSize)
        {
            byte[] block = [.. tokens[start..Math.Min(tokens.Length, start + blockSize)].SelectMany(BitConverter.GetBytes)];
            ulong hash = XxHash3.HashToUInt64(block, 1337);
            if (hashes.Count > 0) hash = XxHash3.HashToUInt64([.. BitConverter.GetBytes(hashes[^1]), .. BitConverter.GetBytes(hash)], 1337);
            hashes.Add(hash);
        }

        return hashes;
    }
}
