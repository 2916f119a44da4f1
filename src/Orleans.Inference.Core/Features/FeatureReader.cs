using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Windows;

namespace Orleans.Inference.Features;

/// <summary>
/// Turns events into rows of the feature matrix, one entity type at a time. The same code runs live, in replay and for a dry run; there is no second
/// implementation to skew. Holds scratch space, so one per shard.
/// </summary>
public sealed class FeatureReader
{
    private readonly PipelineModel _pipeline;
    private readonly FoldPlan[] _plans;
    private readonly long[] _row;

    public FeatureReader(PipelineModel pipeline)
    {
        _pipeline = pipeline;
        _plans = [.. pipeline.Entities.Select(entity => FoldPlan.Create(pipeline, entity.Index))];
        _row = new long[_plans.Max(plan => plan.Values.Length) + 2];
    }

    /// <summary>An empty table for an entity type.</summary>
    public EntityTable CreateTable(int entityType) => new(_plans[entityType]);

    /// <summary>What an accepted row adds to its entity of a type: time, values as bits, mask. Valid until the next call.</summary>
    public ReadOnlySpan<long> WordsOf(EventBatch batch, int row, int entityType) => RowOf(batch, row, _plans[entityType]);

    /// <summary>Longs in a row of an entity type's log: how far <see cref="Replay"/> reads.</summary>
    public int WordsOf(int entityType) => _plans[entityType].WordCount;

    /// <summary>The features of an entity type's windows: names and columns, in model order.</summary>
    public IEnumerable<(string Name, int Feature)> WindowFeaturesOf(int entityType) =>
        _plans[entityType].Reads.Select(read => (_pipeline.Features[read.Feature].Name, read.Feature));

    /// <summary>Applies an accepted row to its entity and writes the features of that entity type.</summary>
    /// <returns>The words applied, for the change log; valid until the next call.</returns>
    public ReadOnlySpan<long> Apply(EventBatch batch, int row, int entityType, EntityState entity)
    {
        var words = RowOf(batch, row, _plans[entityType]);
        entity.Windows.Apply(words, batch.FeaturesOf(row));
        entity.Windows.Trim(batch.Horizon);
        return words;
    }

    /// <summary>Writes the features as if the row had been applied; the entity stays as it is.</summary>
    public void Preview(EventBatch batch, int row, int entityType, EntityState entity) =>
        entity.Windows.Preview(RowOf(batch, row, _plans[entityType]), batch.FeaturesOf(row));

    /// <summary>Applies words from a change log again.</summary>
    public static void Replay(EntityState entity, ReadOnlySpan<long> words) => entity.Windows.Apply(words, []);

    /// <summary>Writes the features of a row that has no entity of this type: empty windows.</summary>
    public void WriteEmpty(EventBatch batch, int row, int entityType)
    {
        var features = batch.FeaturesOf(row);
        foreach (var read in _plans[entityType].Reads)
        {
            features[read.Feature] = read.Empty;
        }
    }

    /// <summary>Writes the features that need no entity: fields and expressions.</summary>
    public void WriteDirect(EventBatch batch, int row)
    {
        var features = batch.FeaturesOf(row);
        for (var f = 0; f < features.Length; f++)
        {
            switch (_pipeline.Features[f])
            {
                case FieldFeature field:
                    var value = (float)batch.Columns[field.Field].NumberAt(row);
                    features[f] = float.IsNaN(value) ? field.Default ?? float.NaN : value;
                    break;
                case ExpressionFeature expression:
                    features[f] = (float)expression.Expression.Evaluate(batch, row);
                    break;
            }
        }
    }

    /// <summary>An entity's window features at a moment: UTC ticks.</summary>
    public IReadOnlyList<KeyValuePair<string, float>> ReadAt(int entityType, EntityState entity, long time)
    {
        var features = new float[_pipeline.Features.Count];
        entity.Windows.ReadAt(time, features);
        return [.. WindowFeaturesOf(entityType).Select(feature => KeyValuePair.Create(feature.Name, features[feature.Feature]))];
    }

    private Span<long> RowOf(EventBatch batch, int row, FoldPlan plan)
    {
        _row[0] = batch.EventTimes[row];
        for (var v = 0; v < plan.Values.Length; v++)
        {
            _row[v + 1] = BitConverter.DoubleToInt64Bits(batch.Columns[plan.Values[v].Index].NumberAt(row));
        }

        if (plan.Conditions.Length > 0)
        {
            var mask = 0UL;
            for (var c = 0; c < plan.Conditions.Length; c++)
            {
                mask |= (plan.Conditions[c].Evaluate(batch, row) != 0 ? 1UL : 0UL) << c;
            }

            _row[plan.Values.Length + 1] = (long)mask;
        }

        return _row.AsSpan(0, plan.WordCount);
    }
}
