using System.Globalization;
using System.Text;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// What entities know an input by: a hash of the topic's incarnation and the partition, because the offsets of another incarnation mean something else.
/// </summary>
internal static class InputId
{
    /// <summary>The HTTP door, whose offsets are never used again.</summary>
    public static readonly long Http = Of("http", 0);

    public static long Of(string incarnation, int partition) =>
        (long)XxHash64.Hash(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{partition}@{incarnation}")));
}
