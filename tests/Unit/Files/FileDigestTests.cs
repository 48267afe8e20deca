using System.Security.Cryptography;
using AgentSim.Files;

namespace AgentSim.Tests.Files;

public sealed class FileDigestTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Is_the_sha256_of_the_pieces(bool usesSystem)
    {
        var random = new Random(3);
        foreach (int length in (int[])[0, 1, 55, 56, 63, 64, 65, 1000, 200_000])
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            using var digest = new FileDigest(usesSystem);
            for (int at = 0; at < length;)
            {
                int count = Math.Min(length - at, random.Next(1, 70_000));
                digest.Append(bytes[at..(at + count)], count);
                at += count;
            }

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), digest.Finish());
        }
    }

    // The build machines have it; without it all of OpenSSL is started for every replay.
    [Fact]
    public void Uses_the_plain_functions_where_OpenSSL_3_is()
    {
        if (!OperatingSystem.IsLinux() || !System.Runtime.InteropServices.NativeLibrary.TryLoad("libcrypto.so.3", out _)) return;
        using var digest = new FileDigest();
        Assert.True(digest.IsSystem);
    }
}
