using System.Collections.Concurrent;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>The pipelines that a silo runs, by name. Any thread.</summary>
internal sealed class SiloPipelines
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<SiloPipeline>> _byName = new(StringComparer.Ordinal);

    public void Add(SiloPipeline pipeline)
    {
        var slot = _byName.GetOrAdd(pipeline.Pipeline.Name, static _ => NewSlot());
        if (!slot.TrySetResult(pipeline))
        {
            throw new InferenceException($"Pipeline {pipeline.Pipeline.Name} runs on this silo already.");
        }
    }

    public void Remove(SiloPipeline pipeline) => _byName.TryRemove(pipeline.Pipeline.Name, out _);

    /// <summary>The pipeline; waits for it on a silo that has just joined, where grains may come before it.</summary>
    /// <exception cref="InferenceException">This silo does not run it.</exception>
    public async ValueTask<SiloPipeline> GetAsync(string name, CancellationToken cancellationToken)
    {
        var slot = _byName.GetOrAdd(name, static _ => NewSlot()).Task;
        if (slot.IsCompletedSuccessfully)
        {
            return slot.Result;
        }

        try
        {
            return await slot.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new InferenceException(
                $"This silo does not run pipeline {name}; every silo of a cluster is started with the same pipelines.", exception);
        }
    }

    private static TaskCompletionSource<SiloPipeline> NewSlot() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
