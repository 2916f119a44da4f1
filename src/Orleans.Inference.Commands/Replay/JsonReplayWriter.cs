using System.Buffers;
using System.Text.Json;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Commands.Replay;

/// <summary>Results as NDJSON: the members of a prediction that do not depend on the time of day.</summary>
internal sealed class JsonReplayWriter : IReplayWriter
{
    private readonly PipelineModel _pipeline;
    private readonly Stream _target;
    private readonly bool _features;
    private readonly bool _predictionsOnly;
    private readonly ArrayBufferWriter<byte> _buffer = new(256 * 1024);
    private readonly Utf8JsonWriter _writer;

    public JsonReplayWriter(PipelineModel pipeline, Stream target, bool features, bool predictionsOnly)
    {
        _pipeline = pipeline;
        _target = target;
        _features = features;
        _predictionsOnly = predictionsOnly;
        _writer = new Utf8JsonWriter(_buffer);
    }

    public void Emit(EventBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (!_predictionsOnly || batch.Outcomes[row] is Outcome.Scored or Outcome.Fallback)
            {
                _writer.Reset();
                Write(batch, row);
                _writer.Flush();
                _buffer.Write("\n"u8);
            }
        }

        Finish();
    }

    public void Finish()
    {
        _target.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    private void Write(EventBatch batch, int row)
    {
        var isScored = batch.Outcomes[row] is Outcome.Scored or Outcome.Fallback;
        _writer.WriteStartObject();
        _writer.WriteString("eventId"u8, batch.EventIdOf(row));
        _writer.WriteString("entity"u8, batch.KeyOf(0, row));
        if (batch.EventTimes[row] != 0)
        {
            _writer.WriteString("eventTime"u8, EventTimeText.Format(batch.EventTimes[row]));
        }
        else
        {
            _writer.WriteNull("eventTime"u8);
        }

        WriteNumber("score", isScored ? batch.Scores[row] : float.NaN);
        _writer.WriteString("decision"u8, batch.IsAccepted(row) ? _pipeline.Decision?.NameOf(batch.Decisions[row]) : null);
        _writer.WriteString("model"u8, batch.IsAccepted(row) ? _pipeline.Name : null);
        _writer.WriteString("version"u8, batch.IsAccepted(row) && batch.Versions[row] > 0 ? batch.Versions[row].ToString() : null);
        _writer.WriteString("variant"u8, isScored ? batch.Variants[row].ToString().ToLowerInvariant() : null);
        _writer.WriteString("outcome"u8, batch.Outcomes[row].ToString().ToLowerInvariant());
        if (_features && batch.IsAccepted(row))
        {
            _writer.WriteStartObject("features"u8);
            for (var f = 0; f < _pipeline.Features.Count; f++)
            {
                WriteNumber(_pipeline.Features[f].Name, batch.FeaturesOf(row)[f]);
            }

            _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
    }

    private void WriteNumber(string name, float value)
    {
        if (float.IsFinite(value))
        {
            _writer.WriteNumber(name, value);
        }
        else
        {
            _writer.WriteNull(name);
        }
    }
}
