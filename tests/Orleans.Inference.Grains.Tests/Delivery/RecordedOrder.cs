using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Grains.Tests.Delivery;

/// <summary>An entity as a test names it.</summary>
internal readonly record struct NamedEntity(int EntityType, string Key);

/// <summary>
/// A filter for all silos of a cluster that sees every call an entity takes, in the entity's own turns: the order in which its events were applied. Any thread.
/// </summary>
internal sealed class RecordedOrder : IIncomingGrainCallFilter
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, List<AppliedCall>> _calls = [];

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IEntityGrain || context.MethodName != nameof(IEntityGrain.ApplyAsync))
        {
            await context.Invoke();
            return;
        }

        // The caller fills the rows anew once it has its answer.
        var rows = (EntityRows)context.Request.GetArgument(0)!;
        var call = new AppliedCall(rows.Input, rows.Horizon, [.. rows.Words]);
        await context.Invoke();
        if (context.Result is EntityAnswer { IsLost: false })
        {
            lock (_lock)
            {
                if (!_calls.TryGetValue(context.TargetId, out var calls))
                {
                    _calls[context.TargetId] = calls = [];
                }

                calls.Add(call);
            }
        }
    }

    /// <summary>The source of every event that an entity has applied, in its order. An offset that came again was answered again and not applied.</summary>
    /// <param name="pipeline">What the cluster runs.</param>
    /// <param name="inputs">What entities know the source partitions by, in the order of partitions.</param>
    public Dictionary<NamedEntity, List<PartitionOffset>> Read(PipelineModel pipeline, IReadOnlyList<long> inputs)
    {
        var widths = pipeline.Entities.Select(entity => 1 + new EntityFeatures(pipeline, entity.Index).WordCount).ToArray();
        lock (_lock)
        {
            return _calls.ToDictionary(
                entity => NameOf(entity.Key),
                entity => Applied(entity.Value, inputs, widths[NameOf(entity.Key).EntityType]).ToList());
        }
    }

    /// <summary>Of each entity the events that were older than it had been told any could still be, first sendings and repeats alike.</summary>
    /// <param name="pipeline">What the cluster runs.</param>
    public Dictionary<NamedEntity, int> CountOlderThanTold(PipelineModel pipeline)
    {
        var widths = pipeline.Entities.Select(entity => 1 + new EntityFeatures(pipeline, entity.Index).WordCount).ToArray();
        lock (_lock)
        {
            return _calls
                .Select(entity => (Name: NameOf(entity.Key), Calls: entity.Value))
                .Select(entity => (entity.Name, Count: OlderThanTold(entity.Calls, widths[entity.Name.EntityType])))
                .Where(entity => entity.Count > 0)
                .ToDictionary(entity => entity.Name, entity => entity.Count);
        }
    }

    private static int OlderThanTold(List<AppliedCall> calls, int width)
    {
        var (count, told) = (0, long.MinValue);
        foreach (var (_, horizon, words) in calls)
        {
            // A row is its offset, its time, and the rest.
            count += words.Chunk(width).Count(row => row[1] < told);
            told = Math.Max(told, horizon);
        }

        return count;
    }

    private static NamedEntity NameOf(GrainId grain)
    {
        var id = EntityId.Parse(grain);
        return new NamedEntity(id.EntityType, Encoding.UTF8.GetString(id.Key));
    }

    private static IEnumerable<PartitionOffset> Applied(List<AppliedCall> calls, IReadOnlyList<long> inputs, int width)
    {
        var last = Enumerable.Repeat(-1L, inputs.Count).ToArray();
        foreach (var (input, _, words) in calls)
        {
            var partition = inputs.Index().Single(candidate => candidate.Item == input).Index;
            for (var row = 0; row < words.Length; row += width)
            {
                if (words[row] > last[partition])
                {
                    last[partition] = words[row];
                    yield return new PartitionOffset(partition, words[row]);
                }
            }
        }
    }

    private sealed record AppliedCall(long Input, long Horizon, long[] Words);
}
