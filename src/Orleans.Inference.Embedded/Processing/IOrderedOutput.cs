using Orleans.Inference.Embedded.Checkpointing;

namespace Orleans.Inference.Embedded.Processing;

/// <summary>The last stage: takes scored batches and checkpoint barriers in sequence order, on one thread.</summary>
internal interface IOrderedOutput
{
    void Emit(BatchInFlight work);

    void Emit(CheckpointBarrier barrier);
}
