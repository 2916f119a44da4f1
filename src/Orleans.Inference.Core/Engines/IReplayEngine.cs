using Orleans.Inference.Events;

namespace Orleans.Inference.Engines;

/// <summary>
/// Scores batches that somebody else has put in order, without delivery and without checkpoints. Driven by one thread; results reach the output in the
/// order submitted.
/// </summary>
public interface IReplayEngine : IAsyncDisposable
{
    /// <summary>An empty batch to fill; waits while too many are in work.</summary>
    EventBatch Rent();

    /// <summary>Takes a filled batch over; it goes back to the pool after the output has seen it.</summary>
    void Submit(EventBatch batch);

    /// <summary>Completes when everything submitted has reached the output; throws what stopped the engine.</summary>
    Task DrainAsync();
}

/// <summary>Takes scored batches in sequence order, on one thread.</summary>
public interface IBatchOutput
{
    void Emit(EventBatch batch);
}
