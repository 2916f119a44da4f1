using System.Text;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// Shares partitions among silos: rendezvous hashing (Thaler and Ravishankar, 1998) in which each silo takes its part and
/// only so many take one more as there are left over. O(p s).
/// </summary>
internal static class PartitionShares
{
    /// <param name="partitions">How many.</param>
    /// <param name="silos">Their names, in an order that all agree on.</param>
    /// <returns>For each partition the silo's index; -1 when there is none.</returns>
    public static int[] Of(int partitions, IReadOnlyList<string> silos)
    {
        var shares = new int[partitions];
        Array.Fill(shares, -1);
        if (silos.Count == 0)
        {
            return shares;
        }

        var load = new int[silos.Count];
        var (least, more) = Math.DivRem(partitions, silos.Count);
        for (var partition = 0; partition < partitions; partition++)
        {
            var number = partition;
            var silo = Enumerable.Range(0, silos.Count)
                .Where(silo => load[silo] < least || (load[silo] == least && more > 0))
                .MaxBy(silo => Score(number, silos[silo]));
            more -= load[silo] == least ? 1 : 0;
            load[silo]++;
            shares[partition] = silo;
        }

        return shares;
    }

    private static uint Score(int partition, string silo)
    {
        // FNV-1a and a final mix: any hash that all silos compute alike will do.
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes($"{silo}/{partition}"))
        {
            hash = (hash ^ value) * 16777619;
        }

        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
