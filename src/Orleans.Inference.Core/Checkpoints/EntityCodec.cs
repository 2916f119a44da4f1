using Orleans.Inference.Entities;

namespace Orleans.Inference.Checkpoints;

/// <summary>A whole entity as bytes: its latest prediction, then its windows.</summary>
public static class EntityCodec
{
    public static void Store(EntityState entity, ByteWriter writer)
    {
        var latest = entity.Latest?.Read();
        writer.Int32(latest?.Length ?? 0);
        writer.Bytes(latest);
        entity.Windows.Store(writer);
    }

    /// <summary>Fills a new entity.</summary>
    /// <exception cref="InferenceException">The bytes are cut short.</exception>
    public static void Load(EntityState entity, ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var latest = reader.Bytes(reader.Int32());
        if (!latest.IsEmpty)
        {
            entity.SetLatest(latest);
        }

        entity.Windows.Load(ref reader);
    }
}
