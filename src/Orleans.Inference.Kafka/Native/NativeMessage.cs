using System.Runtime.InteropServices;

namespace Orleans.Inference.Kafka.Native;

/// <summary>rd_kafka_message_t: a consumed record, or a delivery report.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    public int Error;
    public nint Topic;
    public int Partition;
    public byte* Payload;
    public nuint Length;
    public byte* Key;
    public nuint KeyLength;
    public long Offset;
    public nint Tag;

    public readonly ReadOnlySpan<byte> KeySpan => new(Key, (int)KeyLength);

    public readonly ReadOnlySpan<byte> ValueSpan => new(Payload, (int)Length);
}

/// <summary>rd_kafka_vu_t: one argument of a produce call.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal unsafe struct ProduceField
{
    private const int TopicType = 2;
    private const int ValueType = 4;
    private const int KeyType = 5;
    private const int TagType = 6;
    private const int FlagsType = 7;
    private const int TimestampType = 8;
    private const int HeaderType = 9;

    [FieldOffset(0)]
    private int _type;

    [FieldOffset(8)]
    private nint _first;

    [FieldOffset(8)]
    private long _number;

    [FieldOffset(16)]
    private nint _second;

    [FieldOffset(24)]
    private nint _third;

    public static ProduceField Topic(nint topic) => new() { _type = TopicType, _first = topic };

    public static ProduceField Value(byte* value, int length) => new() { _type = ValueType, _first = (nint)value, _second = length };

    public static ProduceField Key(byte* key, int length) => new() { _type = KeyType, _first = (nint)key, _second = length };

    public static ProduceField Tag(nint tag) => new() { _type = TagType, _first = tag };

    public static ProduceField Flags(int flags) => new() { _type = FlagsType, _number = flags };

    public static ProduceField Timestamp(long unixMs) => new() { _type = TimestampType, _number = unixMs };

    public static ProduceField Header(byte* name, byte* value, int length) =>
        new() { _type = HeaderType, _first = (nint)name, _second = (nint)value, _third = length };
}
