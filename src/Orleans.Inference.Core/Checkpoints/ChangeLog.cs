namespace Orleans.Inference.Checkpoints;

/// <summary>
/// What a checkpoint logs instead of whole entities: the rows that events added, and predictions. Applied again in order they give the same state to the last bit,
/// because folds are exact.
/// </summary>
public static class ChangeLog
{
    private const byte EventEntry = 1;
    private const byte PredictionEntry = 2;

    /// <summary>An event was applied to an entity.</summary>
    public static void AppendEvent(ByteWriter log, int entityType, ReadOnlySpan<byte> key, ReadOnlySpan<long> words)
    {
        Head(log, EventEntry, entityType, key);
        log.Byte((byte)words.Length);
        log.Words(words);
    }

    /// <summary>An entity got a latest prediction, in codec form.</summary>
    public static void AppendPrediction(ByteWriter log, ReadOnlySpan<byte> key, ReadOnlySpan<byte> prediction)
    {
        Head(log, PredictionEntry, 0, key);
        log.Int32(prediction.Length);
        log.Bytes(prediction);
    }

    /// <summary>Reads a log entry by entry.</summary>
    /// <exception cref="InferenceException">The log is cut short.</exception>
    public static void Read(ReadOnlySpan<byte> log, IChangeReader changes)
    {
        var reader = new ByteReader(log);
        var words = new long[byte.MaxValue];
        while (!reader.IsAtEnd)
        {
            var kind = reader.Byte();
            var type = reader.Byte();
            var key = reader.Bytes(reader.Int16());
            if (kind == EventEntry)
            {
                var row = words.AsSpan(0, reader.Byte());
                reader.Words(row);
                changes.OnEvent(type, key, row);
            }
            else
            {
                changes.OnPrediction(key, reader.Bytes(reader.Int32()));
            }
        }
    }

    private static void Head(ByteWriter log, byte kind, int entityType, ReadOnlySpan<byte> key)
    {
        log.Byte(kind);
        log.Byte((byte)entityType);
        log.Int16((short)key.Length);
        log.Bytes(key);
    }
}

/// <summary>Takes the entries of a change log. The spans are valid during the call only.</summary>
public interface IChangeReader
{
    void OnEvent(int entityType, ReadOnlySpan<byte> key, ReadOnlySpan<long> words);

    void OnPrediction(ReadOnlySpan<byte> key, ReadOnlySpan<byte> prediction);
}
