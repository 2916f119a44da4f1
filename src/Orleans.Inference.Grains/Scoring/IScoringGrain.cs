using Orleans.Inference.Events;

namespace Orleans.Inference.Grains.Scoring;

/// <summary>Holds a pipeline's model versions on each silo and scores whole batches.</summary>
[Alias("Orleans.Inference.IScoringGrain")]
public interface IScoringGrain : IGrainWithStringKey
{
    /// <summary>Fills scores, versions, variants, outcomes and decisions of the accepted rows.</summary>
    [Alias("Score")]
    ValueTask ScoreAsync(ScoringWork work);
}

/// <summary>
/// A batch to be scored where it is: a stateless worker is always on its caller's silo, so the batch itself is handed over and never copied or sent.
/// </summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.ScoringWork")]
public sealed class ScoringWork(EventBatch batch, int[]? pinned)
{
    /// <summary>Null on another silo, which cannot happen to a stateless worker.</summary>
    [NonSerialized]
    private readonly EventBatch? _batch = batch;

    /// <summary>The version each row's caller pins, 0 where the route chooses; null when it chooses for all.</summary>
    [NonSerialized]
    private readonly int[]? _pinned = pinned;

    internal EventBatch Batch => _batch ?? throw new InvalidOperationException("A batch is scored on the silo that holds it.");

    internal int[]? Pinned => _pinned;
}
