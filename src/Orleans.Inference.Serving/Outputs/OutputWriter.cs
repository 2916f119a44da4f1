using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Serving.Outputs;

/// <summary>Turns rows of a scored batch into what a pipeline publishes: predictions, dead letters and late events. Without a sink it only encodes. One thread at a time.</summary>
public sealed class OutputWriter(PipelineModel pipeline, IRecordSink? sink)
{
    private readonly PredictionJson _json = new(pipeline);
    private byte[] _body = new byte[4096];
    private byte[] _encoded = new byte[512];

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
    public ReadOnlySpan<byte> Encode(in Prediction prediction)
    {
        var length = PredictionCodec.LengthOf(prediction);
        if (length > _encoded.Length)
        {
            _encoded = new byte[length];
        }

        return _encoded.AsSpan(0, PredictionCodec.Encode(prediction, _encoded));
    }

    /// <summary>Publishes a prediction.</summary>
    public void WritePrediction(in Prediction prediction)
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

    /// <summary>Publishes a late record as it came.</summary>
    /// <param name="batch">Its batch.</param>
    /// <param name="row">Its row.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="body">The event of an HTTP request; ignored where the batch has its raw records.</param>
    public void WriteLate(EventBatch batch, int row, long sequence, ReadOnlySpan<byte> body) =>
        WriteOriginal(batch, row, sequence, body, OutputTopic.Late, "late", pipeline.Fields[pipeline.Source.TimeField].Name);

    /// <summary>Publishes a rejected record as it came, with the reason.</summary>
    public void WriteDeadLetter(EventBatch batch, int row, long sequence)
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
