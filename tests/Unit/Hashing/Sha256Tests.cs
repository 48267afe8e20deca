using System.Security.Cryptography;
using AgentSim.Hashing;

namespace AgentSim.Tests.Hashing;

public sealed class Sha256Tests
{
    [Fact]
    public void Digests_are_those_of_the_class_library_however_the_bytes_come()
    {
        Random random = new(11);
        for (int length = 0; length < 700; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            var hash = new Sha256();
            for (int at = 0; at < length;)
            {
                int count = Math.Min(length - at, random.Next(150));
                hash.Append(bytes.AsSpan(at, count));
                at += count;
            }

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), hash.Finish());
        }
    }
}
