using System.Numerics;

namespace Orleans.Inference.Commands.Simulation;

/// <summary>
/// A generator whose numbers are the same on every platform and .NET version, which <see cref="System.Random"/> does not promise:
/// xoshiro256** by David Blackman and Sebastiano Vigna (https://prng.di.unimi.it/xoshiro256starstar.c, public domain), seeded by
/// SplitMix64. About 1 ns a number. Used by one thread.
/// </summary>
public struct SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>
    /// The generator number <paramref name="index"/> of a purpose: independent of every other index and purpose of the same seed.
    /// </summary>
    public SeededRandom(ulong seed, ulong purpose = 0, ulong index = 0)
    {
        var state = seed;
        state = SplitMix(ref state) ^ purpose;
        state = SplitMix(ref state) ^ index;
        _a = SplitMix(ref state);
        _b = SplitMix(ref state);
        _c = SplitMix(ref state);
        _d = SplitMix(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>In [0, 1), in steps of 2^-53.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>In [from, to).</summary>
    public double NextDouble(double from, double to) => from + ((to - from) * NextDouble());

    /// <summary>In [0, limit); values differ in probability by at most limit / 2^32.</summary>
    public int NextInt(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>
    /// About normal with mean 0 and standard deviation 1, within -6 and 6: the sum of twelve uniform numbers of 16 bits (Irwin-Hall). It
    /// needs additions only; logarithm and cosine differ in their last bit from platform to platform.
    /// </summary>
    public double NextNormal()
    {
        var sum = SumOfFour(Next()) + SumOfFour(Next()) + SumOfFour(Next());
        return (sum - (6.0 * 65535)) / 65536;
    }

    private static long SumOfFour(ulong bits) => (long)((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48));

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
