using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;

/// <summary>Protocol buffers on the wire, as far as ONNX uses them: varints, four-byte floats, and everything else with a length before it.</summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0;
    private const int Delimited = 2;
    private const int FourBytes = 5;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ProtoWriter Int(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint((ulong)value);
        return this;
    }

    public ProtoWriter Float(int field, float value)
    {
        Tag(field, FourBytes);
        WriteFloat(value);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, message.ToArray());

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, Delimited);
        WriteVarint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtoWriter PackedInts(int field, ReadOnlySpan<long> values)
    {
        var packed = new ProtoWriter();
        foreach (long value in values)
            packed.WriteVarint((ulong)value);
        return Bytes(field, packed.ToArray());
    }

    public ProtoWriter PackedFloats(int field, ReadOnlySpan<float> values)
    {
        var packed = new ProtoWriter();
        foreach (float value in values)
            packed.WriteFloat(value);
        return Bytes(field, packed.ToArray());
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Tag(int field, int wireType) => WriteVarint(((ulong)field << 3) | (uint)wireType);

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            WriteByte((byte)(value | 0x80));
        WriteByte((byte)value);
    }

    private void WriteByte(byte value) => _bytes.Write([value]);

    private void WriteFloat(float value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }
}
