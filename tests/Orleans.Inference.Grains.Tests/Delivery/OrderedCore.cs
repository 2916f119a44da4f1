using System.Text;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Features;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;
using Orleans.Inference.Serving.Scoring;

namespace Orleans.Inference.Grains.Tests.Delivery;

/// <summary>
/// What Core makes of the records of a topic when each entity applies its events in an order of its own, which need not be part of any order of all events. Records are decoded and
/// judged late partition by partition; nothing is ever forgotten.
/// </summary>
internal sealed class OrderedCore
{
    private readonly PipelineModel _pipeline;
    private readonly EventBatch _batch;
    private readonly FeatureReader _reader;
    private readonly Dictionary<PartitionOffset, int> _rows = [];
    private readonly Dictionary<NamedEntity, EntityState> _entities = [];

    /// <param name="pipeline">What runs.</param>
    /// <param name="records">The records of each partition.</param>
    public OrderedCore(PipelineModel pipeline, IReadOnlyList<IReadOnlyList<byte[]>> records)
    {
        _pipeline = pipeline;
        _reader = new FeatureReader(pipeline);
        _batch = new EventBatch(pipeline, records.Sum(partition => partition.Count));
        var decoder = new JsonEventDecoder(pipeline);
        foreach (var (partition, values) in records.Index())
        {
            var clock = new InputClock(pipeline.Source.Lateness.Ticks);
            foreach (var (offset, value) in values.Index())
            {
                var source = new PartitionOffset(partition, offset);
                decoder.Decode(_batch, value, source, timestamp: 0);
                var row = _batch.Count - 1;
                if (_batch.Outcomes[row] == Outcome.Scored && !clock.TryAccept(_batch.EventTimes[row]))
                {
                    _batch.Outcomes[row] = Outcome.Late;
                }

                if (_batch.IsAccepted(row))
                {
                    _rows.Add(source, row);
                }
            }
        }
    }

    /// <summary>Events that are applied and scored.</summary>
    public int AcceptedCount => _rows.Count;

    /// <summary>The events of each entity as if one partition came after the other.</summary>
    public Dictionary<NamedEntity, List<PartitionOffset>> PartitionAfterPartition() =>
        _pipeline.Entities
            .SelectMany(type => _rows
                .Where(row => _batch.Keys[type.Index].Present[row.Value])
                .OrderBy(row => row.Value)
                .GroupBy(row => new NamedEntity(type.Index, Encoding.UTF8.GetString(_batch.KeyOf(type.Index, row.Value))), row => row.Key))
            .ToDictionary(entity => entity.Key, entity => entity.ToList());

    /// <summary>Applies every accepted event to new entities, scores all, and gives the results by their source.</summary>
    /// <param name="orders">The events of each entity in its order: all of them, each once.</param>
    public Dictionary<PartitionOffset, ResultRow> Run(IReadOnlyDictionary<NamedEntity, List<PartitionOffset>> orders)
    {
        AssertComplete(orders);
        foreach (var row in _rows.Values)
        {
            _reader.WriteDirect(_batch, row);
            foreach (var type in _pipeline.Entities.Where(type => !_batch.Keys[type.Index].Present[row]))
            {
                _reader.WriteEmpty(_batch, row, type.Index);
            }
        }

        _entities.Clear();
        foreach (var ((type, key), order) in orders)
        {
            var hash = _batch.Keys[type].Hashes[_rows[order[0]]];
            var entity = _entities[new NamedEntity(type, key)] = _reader.CreateTable(type).Create(hash, Encoding.UTF8.GetBytes(key));
            foreach (var source in order)
            {
                _reader.Apply(_batch, _rows[source], type, entity);
            }
        }

        using var versions = new LoadedVersions(_pipeline, new OnnxModelCatalog());
        new Scorer(_pipeline, versions, RouteRevision.First(_pipeline), static (version, error) => Assert.Fail($"Version {version}: {error}")).Score(_batch);
        return _rows.ToDictionary(row => row.Key, row => ResultRow.Of(_batch, row.Value));
    }

    /// <summary>The features of an entity of the last run at a moment.</summary>
    public IReadOnlyList<KeyValuePair<string, float>> ReadAt(NamedEntity entity, long time) => _reader.ReadAt(entity.EntityType, _entities[entity], time);

    /// <summary>No event is missing, none is there twice, and none is with another entity than its own.</summary>
    private void AssertComplete(IReadOnlyDictionary<NamedEntity, List<PartitionOffset>> orders)
    {
        var expected = PartitionAfterPartition();
        Assert.Equal(expected.Keys.ToHashSet(), orders.Keys.ToHashSet());
        foreach (var (entity, sources) in expected)
        {
            Assert.True(
                sources.SequenceEqual(orders[entity].OrderBy(source => source.Partition).ThenBy(source => source.Offset)),
                $"{entity} has applied {orders[entity].Count} events of {sources.Count}.");
        }
    }
}
