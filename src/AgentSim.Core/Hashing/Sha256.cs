using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace AgentSim.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4) of a stream of bytes. The one of the class library loads OpenSSL on Linux, which for a trace of
/// usual size takes longer than the hashing and as much memory as the trace's workload.
/// </summary>
internal sealed class Sha256
{
    private const int BlockSize = 64;

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly uint[] _state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
    private readonly byte[] _waiting = new byte[BlockSize];
    private int _waitingCount;
    private ulong _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        if (_waitingCount > 0)
        {
            int taken = Math.Min(bytes.Length, BlockSize - _waitingCount);
            bytes[..taken].CopyTo(_waiting.AsSpan(_waitingCount));
            _waitingCount += taken;
            bytes = bytes[taken..];
            if (_waitingCount < BlockSize) return;
            Compress(_waiting);
            _waitingCount = 0;
        }

        int whole = bytes.Length / BlockSize * BlockSize;
        Compress(bytes[..whole]);
        bytes[whole..].CopyTo(_waiting);
        _waitingCount = bytes.Length - whole;
    }

    /// <summary>The digest, in lower-case hexadecimal; nothing can be appended afterwards.</summary>
    public string Finish()
    {
        ulong bits = _length * 8;
        Span<byte> end = stackalloc byte[2 * BlockSize];
        end.Clear();
        end[0] = 0x80;
        int padding = _waitingCount < BlockSize - 8 ? BlockSize - _waitingCount : (2 * BlockSize) - _waitingCount;
        BinaryPrimitives.WriteUInt64BigEndian(end[(padding - 8)..], bits);
        Append(end[..padding]);
        Span<byte> digest = stackalloc byte[32];
        for (int i = 0; i < _state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], _state[i]);
        return Convert.ToHexStringLower(digest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compress(ReadOnlySpan<byte> blocks)
    {
        Span<uint> w = stackalloc uint[64];
        uint a = _state[0], b = _state[1], c = _state[2], d = _state[3], e = _state[4], f = _state[5], g = _state[6], h = _state[7];
        for (; blocks.Length >= BlockSize; blocks = blocks[BlockSize..])
        {
            (uint a0, uint b0, uint c0, uint d0, uint e0, uint f0, uint g0, uint h0) = (a, b, c, d, e, f, g, h);
            for (int t = 0; t < 16; t++) w[t] = BinaryPrimitives.ReadUInt32BigEndian(blocks[(4 * t)..]);
            for (int t = 16; t < 64; t++)
            {
                uint x = w[t - 15], y = w[t - 2];
                w[t] = w[t - 16] + w[t - 7]
                    + (BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3))
                    + (BitOperations.RotateRight(y, 17) ^ BitOperations.RotateRight(y, 19) ^ (y >> 10));
            }

            // Eight rounds at a time, after which every variable is in its own place again.
            for (int t = 0; t < 64; t += 8)
            {
                Round(a, b, c, ref d, e, f, g, ref h, w[t] + RoundConstants[t]);
                Round(h, a, b, ref c, d, e, f, ref g, w[t + 1] + RoundConstants[t + 1]);
                Round(g, h, a, ref b, c, d, e, ref f, w[t + 2] + RoundConstants[t + 2]);
                Round(f, g, h, ref a, b, c, d, ref e, w[t + 3] + RoundConstants[t + 3]);
                Round(e, f, g, ref h, a, b, c, ref d, w[t + 4] + RoundConstants[t + 4]);
                Round(d, e, f, ref g, h, a, b, ref c, w[t + 5] + RoundConstants[t + 5]);
                Round(c, d, e, ref f, g, h, a, ref b, w[t + 6] + RoundConstants[t + 6]);
                Round(b, c, d, ref e, f, g, h, ref a, w[t + 7] + RoundConstants[t + 7]);
            }

            (a, b, c, d, e, f, g, h) = (a + a0, b + b0, c + c0, d + d0, e + e0, f + f0, g + g0, h + h0);
        }

        ReadOnlySpan<uint> state = [a, b, c, d, e, f, g, h];
        state.CopyTo(_state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint word)
    {
        uint first = h + word + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25)) + ((e & f) ^ (~e & g));
        uint second = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        d += first;
        h = first + second;
    }
}
