using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Orleans.Inference.Memory;

/// <summary>
/// Asks the processor to bring memory into its cache while other work goes on. With many entities most of an event's time is waiting for memory, and where the next entity lies is
/// known long before its turn. Only a hint: for a place that the collector has moved meanwhile it is wasted, never wrong. Nothing happens where the processor has no such instruction.
/// </summary>
public static class CacheLine
{
    private const int Bytes = 64;

    /// <summary>Prefetches what begins at a place.</summary>
    /// <param name="place">Where; is not read.</param>
    /// <param name="lines">How many lines from there on.</param>
    /// <typeparam name="T">What is there.</typeparam>
    public static unsafe void Prefetch<T>(ref readonly T place, int lines)
        where T : struct
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var start = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in place));
        for (var line = 0; line < lines; line++)
        {
            Sse.Prefetch0(start + (line * Bytes));
        }
    }

    /// <summary>Prefetches an element of an array.</summary>
    /// <param name="array">Is not read; another thread may be replacing it.</param>
    /// <param name="index">Which; may be outside.</param>
    /// <typeparam name="T">Of the elements.</typeparam>
    public static unsafe void PrefetchElement<T>(T[] array, int index)
        where T : struct
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)) + ((nint)index * Unsafe.SizeOf<T>()));
        }
    }
}
