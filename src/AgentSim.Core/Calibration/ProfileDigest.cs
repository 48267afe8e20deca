using System.Security.Cryptography;
using AgentSim.Files;

namespace AgentSim.Calibration;

/// <summary>SHA-256 of a profile, lower-case hex.</summary>
internal static class ProfileDigest
{
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string Of(string path)
    {
        using FileStream stream = InputFiles.Open(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
