using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Embedded;

/// <summary>A replay in one process: the stages of the live engine without delivery and checkpoints.</summary>
internal sealed class EmbeddedReplay : IReplayEngine
{
    private readonly BatchProcessor _processor;
    private readonly Dictionary<EventBatch, BatchInFlight> _rented = [];

    public EmbeddedReplay(PipelineModel pipeline, IModelCatalog models, IBatchOutput output, EngineOptions options)
    {
        _processor = new BatchProcessor(
            pipeline, models, store: null, new OutputAdapter(output), static (_, _) => { }, instruments: null, TimeProvider.System, options);
    }

    public EventBatch Rent()
    {
        try
        {
            var work = _processor.Rent();
            _rented[work.Batch] = work;
            return work.Batch;
        }
        catch (OperationCanceledException)
        {
            _processor.Completion.GetAwaiter().GetResult();
            throw;
        }
    }

    public void Submit(EventBatch batch)
    {
        _rented.Remove(batch, out var work);
        _processor.Submit(work!);
    }

    public Task DrainAsync()
    {
        _processor.Stop();
        return _processor.Completion;
    }

    public ValueTask DisposeAsync()
    {
        _processor.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class OutputAdapter(IBatchOutput output) : IOrderedOutput
    {
        public void Emit(BatchInFlight work) => output.Emit(work.Batch);

        public void Emit(CheckpointBarrier barrier)
        {
        }
    }
}
