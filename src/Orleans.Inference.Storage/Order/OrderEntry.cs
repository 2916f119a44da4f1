using System.Buffers.Binary;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Storage.Order;

/// <summary>
/// A run as 40 bytes, little endian: sequence (8), first offset (8), last offset (8), partition (4), count (4), xxHash64 of these 32
/// bytes (8).
/// </summary>
internal static class OrderEntry
{
    public const int Length = 40;
    private const int ContentLength = 32;

    public static void Write(OrderedRun run, Span<byte> target)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, run.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], run.First.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], run.LastOffset);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], run.First.Partition);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], run.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(target[ContentLength..], XxHash64.Hash(target[..ContentLength]));
    }

    /// <summary>False when the bytes are not an entry: torn, or overwritten by something else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out OrderedRun run)
    {
        run = default;
        if (source.Length < Length
            || BinaryPrimitives.ReadUInt64LittleEndian(source[ContentLength..]) != XxHash64.Hash(source[..ContentLength]))
        {
            return false;
        }

        run = new OrderedRun(
            BinaryPrimitives.ReadInt64LittleEndian(source),
            new PartitionOffset(BinaryPrimitives.ReadInt32LittleEndian(source[24..]), BinaryPrimitives.ReadInt64LittleEndian(source[8..])),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]));
        return true;
    }
}
