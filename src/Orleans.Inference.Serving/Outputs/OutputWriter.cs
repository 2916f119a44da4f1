using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Serving.Outputs;

/// <summary>Turns rows of a scored batch into what a pipeline publishes: predictions, dead letters and late events. Without a sink it only encodes. One thread at a time.</summary>
public sealed class OutputWriter(PipelineModel pipeline, IRecordSink? sink)
{
    private readonly PredictionJson _json = new(pipeline);
    private byte[] _body = new byte[4096];
    private byte[] _encoded = new byte[512];

    /// <summary>
    /// Publishes what became of a row: its prediction, or the record as it came when it was late or rejected. Publishes nothing where that is in the sink already, for a dry
    /// run, and for a rejected event of HTTP, whose sender is told. Allocates only for records published as they came.
    /// </summary>
    /// <param name="batch">A scored batch.</param>
    /// <param name="row">Its row.</param>
    /// <param name="sequence">The row's number.</param>
    /// <param name="request">The HTTP request that waits for the row; null when it came from Kafka.</param>
    /// <param name="encoded">
    /// The row in <see cref="PredictionCodec"/> form, in a buffer that the next call overwrites; empty when it was rejected.
    /// </param>
    /// <returns>True for a prediction that its entity keeps, whether it was published now or before.</returns>
    public bool Publish(EventBatch batch, int row, long sequence, HttpEvent? request, out ReadOnlySpan<byte> encoded)
    {
        var isDelivered = (batch.Flags[row] & RowFlags.Delivered) != 0;
        if (batch.Outcomes[row] == Outcome.Rejected)
        {
            encoded = [];
            if (!isDelivered && request is null)
            {
                WriteDeadLetter(batch, row, sequence);
            }

            return false;
        }

        var prediction = PredictionOf(batch, row, sequence, fromHttp: request is not null);
        encoded = Encode(prediction);
        if ((batch.Flags[row] & RowFlags.DryRun) != 0)
        {
            return false;
        }

        var isLate = batch.Outcomes[row] == Outcome.Late;
        if (!isDelivered && isLate)
        {
            WriteLate(batch, row, sequence, request is null ? [] : request.Json.Span);
        }
        else if (!isDelivered)
        {
            WritePrediction(prediction);
        }

        return !isLate;
    }

    /// <summary>What the sender of a row's event is told.</summary>
    /// <param name="batch">A scored batch.</param>
    /// <param name="row">Its row.</param>
    /// <param name="encoded">The row as <see cref="Publish"/> has encoded it; copied.</param>
    public static ScoreReply ReplyOf(EventBatch batch, int row, ReadOnlySpan<byte> encoded) => batch.Outcomes[row] == Outcome.Rejected
        ? new ScoreReply(ReplyStatus.Invalid, Rejection: batch.Rejections[row])
        : new ScoreReply(ReplyStatus.Answered, encoded.ToArray());

    /// <summary>A row as a prediction; its spans point into the batch.</summary>
    public Prediction PredictionOf(EventBatch batch, int row, long sequence, bool fromHttp) => new()
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
        FromHttp = fromHttp,
        Source = batch.Sources[row],
        Features = pipeline.Sink.IncludeFeatures && batch.IsAccepted(row) ? batch.FeaturesOf(row) : [],
    };

    /// <summary>The compact form, in a buffer that the next call overwrites.</summary>
    public ReadOnlySpan<byte> Encode(scoped in Prediction prediction)
    {
        var length = PredictionCodec.LengthOf(prediction);
        if (length > _encoded.Length)
        {
            _encoded = new byte[length];
        }

        return _encoded.AsSpan(0, PredictionCodec.Encode(prediction, _encoded));
    }

    private void WritePrediction(in Prediction prediction)
    {
        if (sink is null)
        {
            return;
        }

        var length = _json.MaxLength(prediction);
        if (length > _body.Length)
        {
            _body = new byte[length];
        }

        sink.Write(new OutputRecord
        {
            Topic = OutputTopic.Predictions,
            Sequence = prediction.Sequence,
            Key = prediction.Entity,
            Value = _body.AsSpan(0, _json.Format(prediction, _body)),
        });
    }

    /// <summary>A late record as it came; <paramref name="body"/> is the event of an HTTP request, ignored where the batch has its raw records.</summary>
    private void WriteLate(EventBatch batch, int row, long sequence, ReadOnlySpan<byte> body) =>
        WriteOriginal(batch, row, sequence, body, OutputTopic.Late, "late", pipeline.Fields[pipeline.Source.TimeField].Name);

    /// <summary>A rejected record as it came, with the reason.</summary>
    private void WriteDeadLetter(EventBatch batch, int row, long sequence)
    {
        var rejection = batch.Rejections[row];
        var field = rejection.Field < 0 ? "" : pipeline.Fields[rejection.Field].Name;
        WriteOriginal(batch, row, sequence, [], OutputTopic.DeadLetters, rejection.Text, field);
    }

    /// <summary>A dead letter or late record keeps key, value and headers, and says why it is there and where it came from.</summary>
    private void WriteOriginal(
        EventBatch batch, int row, long sequence, ReadOnlySpan<byte> body, OutputTopic topic, string reason, string field)
    {
        if (sink is null)
        {
            return;
        }

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
        sink.Write(new OutputRecord
        {
            Topic = topic,
            Sequence = sequence,
            Key = batch.Records is { } records ? records.KeyOf(row) : batch.KeyOf(0, row),
            Value = batch.Records is { } raw ? raw.ValueOf(row) : body,
            Headers = headers,
        });
    }

    private static RecordHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
