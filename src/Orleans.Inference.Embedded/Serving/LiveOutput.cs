using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Engines;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Embedded.Serving;

/// <summary>
/// The last stage of the live engine: publishes predictions, dead letters and late events, keeps the latest prediction of each entity, and answers HTTP. One thread.
/// </summary>
internal sealed class LiveOutput : IOrderedOutput
{
    private readonly PipelineModel _pipeline;
    private readonly IRecordSink? _sink;
    private readonly CheckpointWriter _checkpoints;
    private readonly PredictionJson _json;
    private readonly LatencyWindow _latency;
    private readonly OutcomeCounts _counts;
    private readonly ScoringInstruments? _instruments;
    private readonly long[] _latencies;
    private readonly List<EntityState> _predicted = [];
    private byte[] _body = new byte[4096];
    private byte[] _encoded = new byte[512];
    private ByteWriter _predictionLog = new();
    private ByteWriter _swappedLog = new();
    private long _nextCheckpoint;

    public LiveOutput(
        PipelineModel pipeline, IRecordSink? sink, CheckpointWriter checkpoints, OutcomeCounts counts, ScoringInstruments? instruments, long nextCheckpoint, TimeProvider time, int batchLimit)
    {
        _pipeline = pipeline;
        _sink = sink;
        _checkpoints = checkpoints;
        _counts = counts;
        _instruments = instruments;
        _nextCheckpoint = nextCheckpoint;
        _json = new PredictionJson(pipeline);
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

            if (batch.Outcomes[row] == Outcome.Rejected)
            {
                EmitRejected(work, row, sequence);
            }
            else
            {
                var prediction = PredictionOf(work, row, sequence);
                var encoded = Encode(prediction);
                if (!isDryRun)
                {
                    Publish(work, row, prediction, encoded);
                }

                work.Requests?[row].Answer(new ScoreReply(ReplyStatus.Answered, encoded.ToArray()));
            }

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

    /// <summary>The compact form, in a buffer that the next call overwrites.</summary>
    private ReadOnlySpan<byte> Encode(in Prediction prediction)
    {
        var length = PredictionCodec.LengthOf(prediction);
        if (length > _encoded.Length)
        {
            _encoded = new byte[length];
        }

        return _encoded.AsSpan(0, PredictionCodec.Encode(prediction, _encoded));
    }

    private Prediction PredictionOf(BatchInFlight work, int row, long sequence)
    {
        var batch = work.Batch;
        return new Prediction
        {
            Sequence = sequence,
            EventId = batch.EventIdOf(row),
            Entity = batch.KeyOf(0, row),
            Outcome = batch.Outcomes[row],
            Score = batch.Scores[row],
            Decision = batch.Decisions[row],
            Version = batch.Versions[row],
            Variant = batch.Variants[row],
            Revision = batch.Revision,
            EventTime = batch.EventTimes[row],
            ScoredAt = batch.ScoredAt,
            ReceivedAt = batch.Timestamps[row],
            FromHttp = work.Requests is not null,
            Source = batch.Sources[row],
            Features = _pipeline.Sink.IncludeFeatures && batch.IsAccepted(row) ? batch.FeaturesOf(row) : [],
        };
    }

    private void Publish(BatchInFlight work, int row, in Prediction prediction, ReadOnlySpan<byte> encoded)
    {
        var batch = work.Batch;
        var isDelivered = (batch.Flags[row] & RowFlags.Delivered) != 0;
        if (batch.Outcomes[row] == Outcome.Late)
        {
            if (!isDelivered)
            {
                WriteOriginal(work, row, prediction.Sequence, OutputTopic.Late, "late", _pipeline.Fields[_pipeline.Source.TimeField].Name);
            }

            return;
        }

        if (_sink is not null && !isDelivered)
        {
            var length = _json.MaxLength(prediction);
            if (length > _body.Length)
            {
                _body = new byte[length];
            }

            _sink.Write(new OutputRecord
            {
                Topic = OutputTopic.Predictions,
                Sequence = prediction.Sequence,
                Key = prediction.Entity,
                Value = _body.AsSpan(0, _json.Format(prediction, _body)),
            });
        }

        if (work.Primaries[row] is { } entity)
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

    private void EmitRejected(BatchInFlight work, int row, long sequence)
    {
        var batch = work.Batch;
        var rejection = batch.Rejections[row];
        if (work.Requests is { } requests)
        {
            requests[row].Answer(new ScoreReply(ReplyStatus.Invalid, Rejection: rejection));
        }
        else if ((batch.Flags[row] & RowFlags.Delivered) == 0)
        {
            var field = rejection.Field < 0 ? "" : _pipeline.Fields[rejection.Field].Name;
            WriteOriginal(work, row, sequence, OutputTopic.DeadLetters, rejection.Text, field);
        }
    }

    /// <summary>A dead letter or late record keeps key, value and headers, and says why it is there and where it came from.</summary>
    private void WriteOriginal(BatchInFlight work, int row, long sequence, OutputTopic topic, string reason, string field)
    {
        if (_sink is null)
        {
            return;
        }

        var batch = work.Batch;
        var source = batch.Sources[row];
        RecordHeader[] headers =
        [
            .. batch.Records?.HeadersOf(row) ?? [],
            Header("dlq-reason", reason),
            Header("dlq-field", field),
            Header("dlq-topic", batch.SourceTopic),
            Header("dlq-partition", source.Partition.ToString()),
            Header("dlq-offset", source.Offset.ToString()),
        ];
        _sink.Write(new OutputRecord
        {
            Topic = topic,
            Sequence = sequence,
            Key = batch.Records is { } records ? records.KeyOf(row) : batch.KeyOf(0, row),
            Value = batch.Records is { } raw ? raw.ValueOf(row) : work.Requests![row].Json.Span,
            Headers = headers,
        });
    }

    private static RecordHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
