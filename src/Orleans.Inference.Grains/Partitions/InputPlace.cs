using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>How far an input is, as it is stored: everything before it has been published and saved.</summary>
internal sealed record InputPlace
{
    /// <summary>Offset of the first record not taken.</summary>
    public long NextOffset { get; init; }

    /// <summary>The input's clock: UTC ticks, or long.MinValue before the first event.</summary>
    public long Clock { get; init; } = long.MinValue;

    /// <summary>Number of the HTTP door's next event.</summary>
    public long NextSequence { get; init; }

    /// <summary>How often the HTTP door has been opened.</summary>
    public long Epoch { get; init; }

    /// <summary>Of the source topic; empty for HTTP.</summary>
    public string Incarnation { get; init; } = "";

    /// <summary>Of the output topics; empty without a sink.</summary>
    public string SinkIncarnation { get; init; } = "";

    /// <summary>Whoever ran the input has ended it in order, and will publish nothing more.</summary>
    public bool IsEnded { get; init; }

    /// <summary>From where to read the output topics back.</summary>
    public IReadOnlyList<OutputPosition> Outputs { get; init; } = [];

    public byte[] ToBytes()
    {
        var writer = new ByteWriter();
        writer.Int64(NextOffset);
        writer.Int64(Clock);
        writer.Int64(NextSequence);
        writer.Int64(Epoch);
        Write(writer, Incarnation);
        Write(writer, SinkIncarnation);
        writer.Byte(IsEnded ? (byte)1 : (byte)0);
        writer.Int32(Outputs.Count);
        foreach (var output in Outputs)
        {
            writer.Byte((byte)output.Topic);
            writer.Int32(output.Partition);
            writer.Int64(output.Offset);
        }

        return writer.Written.ToArray();
    }

    public static InputPlace FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var place = new InputPlace
        {
            NextOffset = reader.Int64(),
            Clock = reader.Int64(),
            NextSequence = reader.Int64(),
            Epoch = reader.Int64(),
            Incarnation = Encoding.UTF8.GetString(reader.Bytes(reader.Int32())),
            SinkIncarnation = Encoding.UTF8.GetString(reader.Bytes(reader.Int32())),
            IsEnded = reader.Byte() != 0,
        };
        var outputs = new OutputPosition[reader.Int32()];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new OutputPosition((OutputTopic)reader.Byte(), reader.Int32(), reader.Int64());
        }

        return place with { Outputs = outputs };
    }

    private static void Write(ByteWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Int32(bytes.Length);
        writer.Bytes(bytes);
    }
}
