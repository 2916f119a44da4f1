using Orleans.Inference.Checkpoints;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// An entity as bytes: whole (how far its inputs are, what it answered, then Core's image), or what was added since the last write (the events themselves, which give the same
/// state and the same answers when they are applied again, and the latest prediction).
/// </summary>
internal static class EntityImage
{
    private const byte RowsEntry = 1;
    private const byte PredictionEntry = 2;

    /// <summary>Bytes of changes after which a whole is written: reading must not cost much more than a whole, nor writing.</summary>
    public static int ChangeLimit(int wholeBytes) => Math.Max(2048, 2 * wholeBytes);

    public static void WriteWhole(ByteWriter writer, EntityState state, List<InputMark> marks)
    {
        writer.Int32(marks.Count);
        foreach (var mark in marks)
        {
            mark.Store(writer);
        }

        EntityCodec.Store(state, writer);
    }

    public static void LoadWhole(ReadOnlySpan<byte> bytes, EntityState state, List<InputMark> marks, int featureCount)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var reader = new ByteReader(bytes);
        for (var left = reader.Int32(); left > 0; left--)
        {
            marks.Add(InputMark.Load(ref reader, featureCount));
        }

        EntityCodec.Load(state, reader.Rest);
    }

    public static void WriteRows(ByteWriter writer, EntityRows rows)
    {
        writer.Byte(RowsEntry);
        writer.Int64(rows.Input);
        writer.Int64(rows.Committed);
        writer.Int32(rows.Words.Length);
        writer.Words(rows.Words);
    }

    public static void WritePrediction(ByteWriter writer, LatestPrediction latest)
    {
        writer.Byte(PredictionEntry);
        writer.Int32(latest.Own.Length);
        writer.Bytes(latest.Own);
    }

    public static void ReadChange(ReadOnlySpan<byte> bytes, Action<EntityRows> rowsFound, Action<byte[]> predictionFound)
    {
        var reader = new ByteReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (reader.Byte() == PredictionEntry)
            {
                predictionFound(reader.Bytes(reader.Int32()).ToArray());
                continue;
            }

            var (input, committed) = (reader.Int64(), reader.Int64());
            var words = new long[reader.Int32()];
            reader.Words(words);
            rowsFound(new EntityRows { Input = input, Committed = committed, Words = words });
        }
    }
}
