using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>Which definition a pipeline's stored states were made by: other features cannot read them.</summary>
internal sealed class PipelineDefinition(SiloPipeline pipeline) : IUnsavedState
{
    /// <summary>Of the states of entities and places; one more whenever older ones can no longer be read.</summary>
    private const int Format = 1;

    private readonly StateKey _key = new(pipeline.Pipeline.Name, StateKind.Definition, Encoding.UTF8.GetBytes("fingerprint"));

    public bool IsSaved => true;

    public bool IsLost => false;

    /// <summary>What states are made by: how they are written, and what they are of.</summary>
    private string Fingerprint => $"format {Format}, {pipeline.Pipeline.StateFingerprint}";

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
        if (fingerprint != Fingerprint)
        {
            throw new InferenceException(
                $"The stored state of pipeline {pipeline.Pipeline.Name} was made by other fields, entities or features, or by another version of this program ({fingerprint}, now {Fingerprint}): "
                + "give the pipeline another name, or remove its state from the storage.");
        }
    }

    public StateVersion TakeUnsaved(ByteWriter bytes)
    {
        bytes.Bytes(Encoding.UTF8.GetBytes(Fingerprint));
        return new StateVersion(_key, 1, IsWhole: true);
    }

    public void Saved()
    {
    }

    public void Lose()
    {
    }
}
