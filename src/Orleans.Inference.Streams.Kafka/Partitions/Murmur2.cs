using System.Buffers.Binary;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Kafka's default choice of a partition: Austin Appleby's MurmurHash2 (32 bits, seed 0x9747b28c) of the key, without its sign. O(length).</summary>
internal static class Murmur2
{
    private const uint Multiplier = 0x5bd1e995;

    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (int)((Hash(key) & 0x7fffffff) % (uint)partitions);

    private static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = 0x9747b28c ^ (uint)data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            word = (word ^ (word >> 24)) * Multiplier;
            hash = (hash * Multiplier) ^ word;
        }

        if (data.Length > 0)
        {
            var rest = 0u;
            for (var i = data.Length - 1; i >= 0; i--)
            {
                rest = (rest << 8) | data[i];
            }

            hash = (hash ^ rest) * Multiplier;
        }

        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
