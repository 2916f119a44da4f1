using Orleans.Inference.Checkpoints;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// An entity as bytes: whole (how far its inputs are, what it answered, then Core's image), or what was added since the last write (the events themselves, which give the same
/// state and the same answers when they are applied again, and the latest prediction).
/// </summary>
internal static class EntityImage
{
    private const byte EventEntry = 1;
    private const byte PredictionEntry = 2;

    /// <summary>Bytes of changes after which a whole is written: reading must not cost much more than a whole, nor writing.</summary>
    public static int ChangeLimit(int wholeBytes) => Math.Max(2048, 2 * wholeBytes);

    public static void WriteWhole(ByteWriter writer, EntityState state, EntityJournal journal)
    {
        journal.Store(writer);
        EntityCodec.Store(state, writer);
    }

    public static void LoadWhole(ReadOnlySpan<byte> bytes, EntityState state, EntityJournal journal)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var reader = new ByteReader(bytes);
        journal.Load(ref reader);
        EntityCodec.Load(state, reader.Rest);
    }

    /// <param name="writer">What it is appended to.</param>
    /// <param name="input">Whose event.</param>
    /// <param name="committed">The input will not ask for offsets below this again.</param>
    /// <param name="words">The event as <see cref="EntityRows.Words"/> has it: offset first.</param>
    public static void WriteEvent(ByteWriter writer, long input, long committed, ReadOnlySpan<long> words)
    {
        writer.Byte(EventEntry);
        writer.Int64(input);
        writer.Int64(committed);
        writer.Words(words);
    }

    public static void WritePrediction(ByteWriter writer, LatestPrediction latest)
    {
        writer.Byte(PredictionEntry);
        writer.Int32(latest.Own.Length);
        writer.Bytes(latest.Own);
    }

    /// <param name="bytes">What was added.</param>
    /// <param name="wordCount">Longs of an event, without its offset.</param>
    /// <param name="eventFound">Takes an event at a time.</param>
    /// <param name="predictionFound">Takes the latest prediction.</param>
    public static void ReadChange(ReadOnlySpan<byte> bytes, int wordCount, Action<EntityRows> eventFound, Action<byte[]> predictionFound)
    {
        var reader = new ByteReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (reader.Byte() == PredictionEntry)
            {
                predictionFound(reader.Bytes(reader.Int32()).ToArray());
                continue;
            }

            var rows = new EntityRows { Input = reader.Int64(), Committed = reader.Int64(), Words = new long[1 + wordCount] };
            reader.Words(rows.Words);
            eventFound(rows);
        }
    }
}
