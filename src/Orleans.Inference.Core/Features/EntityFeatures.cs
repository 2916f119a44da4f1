using Orleans.Inference.Entities;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Windows;

namespace Orleans.Inference.Features;

/// <summary>
/// The features of one entity type apart from any batch: an event is the words that <see cref="FeatureReader.WordsOf(Events.EventBatch, int, int)"/> took from it, and the
/// answer is the type's own features only. What an engine needs when entities are somewhere else than the batch. Any thread, as long as one at a time has the entity.
/// </summary>
public sealed class EntityFeatures
{
    [ThreadStatic]
    private static float[]? _row;

    private readonly FoldPlan _plan;
    private readonly int[] _columns;
    private readonly int _featureCount;

    public EntityFeatures(PipelineModel pipeline, int entityType)
    {
        _plan = FoldPlan.Create(pipeline, entityType);
        _columns = [.. _plan.Reads.Select(read => read.Feature)];
        _featureCount = pipeline.Features.Count;
        Names = [.. _columns.Select(column => pipeline.Features[column].Name)];
        WordCount = _plan.WordCount;
    }

    /// <summary>The type's window features, in model order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Longs that an event takes.</summary>
    public int WordCount { get; }

    /// <summary>An entity without events.</summary>
    public EntityState Create(ReadOnlySpan<byte> key) => new(key.ToArray(), XxHash64.Hash(key), _plan);

    /// <summary>Applies an event and reads its features.</summary>
    /// <param name="entity">Whose event it is.</param>
    /// <param name="words">The event.</param>
    /// <param name="horizon">No event to come can be older: UTC ticks, or long.MinValue when any can.</param>
    /// <param name="features">Receives <see cref="Names"/>.Count values; empty to apply without reading.</param>
    public void Apply(EntityState entity, ReadOnlySpan<long> words, long horizon, Span<float> features)
    {
        if (features.IsEmpty)
        {
            entity.Windows.Apply(words, []);
        }
        else
        {
            var row = Row();
            entity.Windows.Apply(words, row);
            Gather(row, features);
        }

        entity.Windows.Trim(horizon);
    }

    /// <summary>Reads the features as if the event had been applied; the entity stays as it is.</summary>
    public void Preview(EntityState entity, ReadOnlySpan<long> words, Span<float> features)
    {
        var row = Row();
        entity.Windows.Preview(words, row);
        Gather(row, features);
    }

    /// <summary>Reads the features of a moment: UTC ticks.</summary>
    public void ReadAt(EntityState entity, long time, Span<float> features)
    {
        var row = Row();
        entity.Windows.ReadAt(time, row);
        Gather(row, features);
    }

    /// <summary>Puts the type's features into a row of the feature matrix.</summary>
    public void Scatter(ReadOnlySpan<float> features, Span<float> row)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            row[_columns[i]] = features[i];
        }
    }

    private float[] Row()
    {
        if (_row is null || _row.Length < _featureCount)
        {
            _row = new float[_featureCount];
        }

        return _row;
    }

    private void Gather(float[] row, Span<float> features)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            features[i] = row[_columns[i]];
        }
    }
}
