using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>Which definition a pipeline's stored states were made by: other features cannot read them.</summary>
internal sealed class PipelineDefinition(SiloPipeline pipeline) : IUnsavedState
{
    private readonly StateKey _key = new(pipeline.Pipeline.Name, StateKind.Definition, Encoding.UTF8.GetBytes("fingerprint"));

    public bool IsSaved => true;

    /// <exception cref="InferenceException">The states were made by other features.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var stored = await pipeline.Writer.ReadAsync(_key, cancellationToken);
        if (stored is null)
        {
            // Another silo may write the same at the same time.
            pipeline.Writer.Add(this);
            await pipeline.Writer.FlushAsync();
            return;
        }

        var fingerprint = Encoding.UTF8.GetString(stored.Whole.Span);
        if (fingerprint != pipeline.Pipeline.StateFingerprint)
        {
            throw new InferenceException(
                $"The stored state of pipeline {pipeline.Pipeline.Name} was made by other fields, entities or features ({fingerprint}, now {pipeline.Pipeline.StateFingerprint}): "
                + "give the pipeline another name, or remove its state from the storage.");
        }
    }

    public StateVersion TakeUnsaved(ByteWriter bytes)
    {
        bytes.Bytes(Encoding.UTF8.GetBytes(pipeline.Pipeline.StateFingerprint));
        return new StateVersion(_key, 1, IsWhole: true);
    }

    public void Saved()
    {
    }

    public void Lose()
    {
    }
}
