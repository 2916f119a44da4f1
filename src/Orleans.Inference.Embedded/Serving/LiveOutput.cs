using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Serving.Figures;
using Orleans.Inference.Serving.Outputs;
using Orleans.Inference.Serving.Predictions;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Embedded.Serving;

/// <summary>
/// The last stage of the live engine: publishes predictions, dead letters and late events, keeps the latest prediction of each entity, and answers HTTP. One thread.
/// </summary>
internal sealed class LiveOutput : IOrderedOutput
{
    private readonly CheckpointWriter _checkpoints;
    private readonly OutputWriter _writer;
    private readonly LatencyWindow _latency;
    private readonly OutcomeCounts _counts;
    private readonly ScoringInstruments? _instruments;
    private readonly long[] _latencies;
    private readonly List<EntityState> _predicted = [];
    private ByteWriter _predictionLog = new();
    private ByteWriter _swappedLog = new();
    private long _nextCheckpoint;

    public LiveOutput(
        PipelineModel pipeline, IRecordSink? sink, CheckpointWriter checkpoints, OutcomeCounts counts, ScoringInstruments? instruments, long nextCheckpoint, TimeProvider time, int batchLimit)
    {
        _checkpoints = checkpoints;
        _counts = counts;
        _instruments = instruments;
        _nextCheckpoint = nextCheckpoint;
        _writer = new OutputWriter(pipeline, sink);
        _latency = new LatencyWindow(time);
        _latencies = new long[batchLimit];
    }

    public PredictionHistory History { get; } = new(1_000_000);

    public PredictionFeed Feed { get; } = new();

    public OffsetWaiters Offsets { get; } = new();

    public LatencyWindow Latency => _latency;

    public void Emit(BatchInFlight work)
    {
        var batch = work.Batch;
        var measured = 0;
        var sequence = batch.FirstSequence;
        for (var row = 0; row < batch.Count; row++)
        {
            var isDryRun = (batch.Flags[row] & RowFlags.DryRun) != 0;
            if (!isDryRun && (batch.Flags[row] & RowFlags.Delivered) == 0)
            {
                // Before the answer: who has it may look at the counts.
                _counts.Count(batch, row);
                _latencies[measured++] = batch.ScoredAt - batch.Timestamps[row];
            }

            var request = work.Requests?[row];
            if (_writer.Publish(batch, row, sequence, request, out var encoded))
            {
                Keep(work.Primaries[row], encoded);
            }

            request?.Answer(OutputWriter.ReplyOf(batch, row, encoded));

            // A dry run takes no number: those behind it have the numbers they would have without it.
            sequence += isDryRun ? 0 : 1;
        }

        _latency.Record(_latencies.AsSpan(0, measured));
        _instruments?.BatchScored(batch);
        if (work.Requests is null && batch.Count > 0)
        {
            Offsets.Reached(batch.Sources[batch.Count - 1]);
        }

        if (batch.Records is { } records)
        {
            batch.Records = null;
            _checkpoints.Records.Return(records);
        }
    }

    public void Emit(CheckpointBarrier barrier)
    {
        foreach (var entity in _predicted)
        {
            ChangeLog.AppendPrediction(_predictionLog, entity.Key, entity.Latest!.Own);
        }

        _predicted.Clear();
        (_predictionLog, _swappedLog) = (_swappedLog, _predictionLog);
        _predictionLog.Clear();
        _nextCheckpoint = barrier.Number + 1;
        _checkpoints.Begin(barrier, _swappedLog.Written);
    }

    private void Keep(EntityState? primary, ReadOnlySpan<byte> encoded)
    {
        if (primary is { } entity)
        {
            entity.SetLatest(encoded);
            if (entity.PredictedAt != _nextCheckpoint)
            {
                entity.PredictedAt = _nextCheckpoint;
                _predicted.Add(entity);
            }

            History.Add(entity.Hash, encoded);
        }

        if (!Feed.IsEmpty)
        {
            Feed.Publish(encoded.ToArray());
        }
    }
}
