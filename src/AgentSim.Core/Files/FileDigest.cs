using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AgentSim.Files;

/// <summary>
/// SHA-256 of what is added piece by piece. On Linux it comes from the system's OpenSSL by its plain functions: .NET would start all of
/// that library, which takes some milliseconds and 2 MB more than the function that is needed.
/// </summary>
internal sealed class FileDigest : IDisposable
{
    private const int StateSize = 256;   // SHA256_CTX has 112 bytes in every version so far

    private readonly byte[]? _state;
    private readonly IncrementalHash? _hash;

    /// <param name="usesSystem">Whether to use the plain functions, where they are.</param>
    public FileDigest(bool usesSystem = true)
    {
        if (usesSystem && OperatingSystem.IsLinux()) _state = Begin();
        if (_state is null) _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>True where the plain functions were found.</summary>
    public bool IsSystem => _state is not null;

    public void Append(byte[] piece, int count)
    {
        if (_state is null) _hash!.AppendData(piece, 0, count);
        else _ = Update(_state, piece, count);
    }

    /// <summary>The digest of everything so far, lower-case hex; nothing can be added afterwards.</summary>
    public string Finish()
    {
        if (_state is null) return Convert.ToHexStringLower(_hash!.GetHashAndReset());
        var digest = new byte[SHA256.HashSizeInBytes];
        _ = Final(digest, _state);
        return Convert.ToHexStringLower(digest);
    }

    public void Dispose() => _hash?.Dispose();

    // Null where there is no OpenSSL 3, or one that was built without these functions.
    private static byte[]? Begin()
    {
        try
        {
            var state = new byte[StateSize];
            return Init(state) == 1 ? state : null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return null;
        }
    }

    [DllImport("libcrypto.so.3", EntryPoint = "SHA256_Init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Init(byte[] state);

    [DllImport("libcrypto.so.3", EntryPoint = "SHA256_Update")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Update(byte[] state, byte[] data, nint count);

    [DllImport("libcrypto.so.3", EntryPoint = "SHA256_Final")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Final(byte[] digest, byte[] state);
}
