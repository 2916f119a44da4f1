using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Orleans.Inference.Delivery;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Predictions;

/// <summary>
/// The compact form in which predictions are kept: a 72-byte head, then features, entity key and event id. About a fifth of the JSON.
/// Little-endian, also inside stored state.
/// </summary>
public static class PredictionCodec
{
    private const int HeadLength = 72;

    /// <summary>Bytes the encoded form takes.</summary>
    public static int LengthOf(in Prediction prediction) =>
        HeadLength + (prediction.Features.Length * sizeof(float)) + prediction.Entity.Length + prediction.EventId.Length;

    public static byte[] Encode(in Prediction prediction)
    {
        var bytes = new byte[LengthOf(prediction)];
        Encode(prediction, bytes);
        return bytes;
    }

    /// <summary>Writes the prediction and returns the bytes written.</summary>
    public static int Encode(in Prediction prediction, Span<byte> target)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, prediction.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], prediction.EventTime);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], prediction.ScoredAt);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], prediction.ReceivedAt);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], prediction.Source.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(target[40..], prediction.Source.Partition);
        BinaryPrimitives.WriteSingleLittleEndian(target[44..], prediction.Score);
        BinaryPrimitives.WriteInt32LittleEndian(target[48..], prediction.Version);
        BinaryPrimitives.WriteInt32LittleEndian(target[52..], prediction.Revision);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], prediction.EventId.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(target[60..], (ushort)prediction.Entity.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(target[62..], (ushort)prediction.Features.Length);
        target[64] = (byte)prediction.Outcome;
        target[65] = prediction.Decision;
        target[66] = (byte)prediction.Variant;
        target[67] = prediction.FromHttp ? (byte)1 : (byte)0;
        target[68..HeadLength].Clear();
        var at = HeadLength;
        MemoryMarshal.AsBytes(prediction.Features).CopyTo(target[at..]);
        at += prediction.Features.Length * sizeof(float);
        prediction.Entity.CopyTo(target[at..]);
        at += prediction.Entity.Length;
        prediction.EventId.CopyTo(target[at..]);
        return at + prediction.EventId.Length;
    }

    /// <summary>A view over encoded bytes.</summary>
    public static Prediction Decode(ReadOnlySpan<byte> bytes)
    {
        var features = BinaryPrimitives.ReadUInt16LittleEndian(bytes[62..]) * sizeof(float);
        var entity = BinaryPrimitives.ReadUInt16LittleEndian(bytes[60..]);
        var eventId = BinaryPrimitives.ReadInt32LittleEndian(bytes[56..]);
        return new Prediction
        {
            Sequence = SequenceOf(bytes),
            EventTime = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            ScoredAt = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            ReceivedAt = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            Source = new PartitionOffset(
                BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..])),
            Score = BinaryPrimitives.ReadSingleLittleEndian(bytes[44..]),
            Version = BinaryPrimitives.ReadInt32LittleEndian(bytes[48..]),
            Revision = BinaryPrimitives.ReadInt32LittleEndian(bytes[52..]),
            Outcome = (Outcome)bytes[64],
            Decision = bytes[65],
            Variant = (Variant)bytes[66],
            FromHttp = bytes[67] != 0,
            Features = MemoryMarshal.Cast<byte, float>(bytes.Slice(HeadLength, features)),
            Entity = bytes.Slice(HeadLength + features, entity),
            EventId = bytes.Slice(HeadLength + features + entity, eventId),
        };
    }

    /// <summary>The sequence number alone, without decoding the rest.</summary>
    public static long SequenceOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
