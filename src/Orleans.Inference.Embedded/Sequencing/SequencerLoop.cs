using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Embedded.Sequencing;

/// <summary>The sequencer's thread: steps while there is work, marks checkpoints when they are due, and ends with a last one.</summary>
internal sealed class SequencerLoop(
    PipelineModel pipeline,
    Sequencer sequencer,
    BatchProcessor processor,
    CheckpointWriter checkpoints,
    long lastCheckpoint,
    TimeProvider time,
    EngineOptions options)
{
    private readonly long _idleCheckpoints = Math.Max(1, (long)(options.IdleAfter / pipeline.CheckpointInterval));
    private long _number = lastCheckpoint;
    private long _markedSequence = sequencer.NextSequence;
    private long _markedAt = time.GetTimestamp();
    private CheckpointBarrier? _current;
    private volatile bool _isStopping;

    /// <summary>Serves what waits at the HTTP door, takes a last checkpoint and lets <see cref="Run"/> return. Any thread.</summary>
    public void Stop()
    {
        _isStopping = true;
        sequencer.Wake();
    }

    public void Run()
    {
        while (!_isStopping)
        {
            MarkIfDue();
            if (!sequencer.TryStep())
            {
                sequencer.Wait(Remaining());
            }
        }

        while (sequencer.IsRecovered && sequencer.Http.HasEvents)
        {
            sequencer.TryStep();
        }

        _current?.Committed.Task.Wait(processor.Faulted);
        if (sequencer.IsRecovered)
        {
            Mark();
            _current!.Committed.Task.Wait(processor.Faulted);
            Forget();
        }
    }

    private void MarkIfDue()
    {
        if (sequencer.IsRecovered
            && sequencer.NextSequence != _markedSequence
            && _current is not { Committed.Task.IsCompleted: false }
            && time.GetElapsedTime(_markedAt) >= pipeline.CheckpointInterval)
        {
            Mark();
        }
    }

    /// <summary>The journal is this thread's alone, so it is trimmed here and not where checkpoints are written.</summary>
    private void Forget()
    {
        if (_current is { Committed.Task.IsCompletedSuccessfully: true } committed)
        {
            sequencer.Forget(committed.NextSequence);
        }
    }

    private void Mark()
    {
        Forget();
        _markedAt = time.GetTimestamp();
        _markedSequence = sequencer.NextSequence;
        _current = new CheckpointBarrier(++_number, processor.Shards.Length, checkpoints.LogBytes > options.LogLimitBytes, _idleCheckpoints)
        {
            NextSequence = sequencer.NextSequence,
            Inputs =
            [
                .. sequencer.Partitions.Select(input => new InputPosition(input.Partition, input.NextOffset, input.Clock.Time)),
                new InputPosition(EmbeddedEngine.HttpPartition, 0, sequencer.Http.Clock.Time),
            ],
        };
        processor.Submit(_current);
    }

    private TimeSpan Remaining()
    {
        var remaining = pipeline.CheckpointInterval - time.GetElapsedTime(_markedAt);
        return sequencer.NextSequence == _markedSequence || remaining <= TimeSpan.Zero
            ? TimeSpan.FromMilliseconds(50)
            : remaining;
    }
}
