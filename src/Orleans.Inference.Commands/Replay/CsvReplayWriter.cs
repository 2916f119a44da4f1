using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Commands.Replay;

/// <summary>
/// Results as CSV: <c>event_id,entity,event_time,score,decision,model,version,variant,outcome</c>, then a column per feature if asked for. Floats are the shortest text that
/// reads back equal. Formats straight into bytes; nothing is allocated per event.
/// </summary>
internal sealed class CsvReplayWriter : IReplayWriter
{
    private const int FlushAt = 256 * 1024;
    private static readonly byte[][] Outcomes = Names<Outcome>();
    private static readonly byte[][] Variants = Names<Variant>();

    private readonly PipelineModel _pipeline;
    private readonly Stream _target;
    private readonly bool _features;
    private readonly bool _predictionsOnly;
    private readonly byte[] _model;
    private readonly byte[][] _decisions;
    private readonly byte[] _emptyFeatures;
    private byte[] _buffer = new byte[FlushAt * 2];
    private int _used;

    public CsvReplayWriter(PipelineModel pipeline, Stream target, bool features, bool predictionsOnly)
    {
        _pipeline = pipeline;
        _target = target;
        _features = features;
        _predictionsOnly = predictionsOnly;
        _model = Utf8(pipeline.Name);
        _decisions = [.. Enumerable.Range(0, 256).Select(i => Utf8(pipeline.Decision?.NameOf((byte)i) ?? ""))];
        _emptyFeatures = [.. Enumerable.Repeat((byte)',', pipeline.Features.Count)];
        WriteHeader();
    }

    public void Emit(EventBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (!_predictionsOnly || batch.Outcomes[row] is Outcome.Scored or Outcome.Fallback)
            {
                Write(batch, row);
            }
        }
    }

    public void Finish()
    {
        Flush();
        _target.Flush();
    }

    private void WriteHeader()
    {
        Add("event_id,entity,event_time,score,decision,model,version,variant,outcome"u8);
        if (_features)
        {
            foreach (var feature in _pipeline.Features)
            {
                Comma();
                AddText(Utf8(feature.Name));
            }
        }

        End();
    }

    private void Write(EventBatch batch, int row)
    {
        AddText(batch.EventIdOf(row));
        Comma();
        AddText(batch.KeyOf(0, row));
        Comma();
        if (batch.EventTimes[row] != 0)
        {
            _used += EventTimeText.Format(batch.EventTimes[row], Room(EventTimeText.MaxLength));
        }

        Comma();
        if (batch.IsAccepted(row))
        {
            WriteScore(batch, row);
        }
        else
        {
            Add(",,,,,"u8);
            Add(Outcomes[(int)batch.Outcomes[row]]);
            if (_features)
            {
                Add(_emptyFeatures);
            }
        }

        End();
    }

    private void WriteScore(EventBatch batch, int row)
    {
        var isScored = batch.Outcomes[row] is Outcome.Scored or Outcome.Fallback;
        if (isScored)
        {
            AddFloat(batch.Scores[row]);
        }

        Comma();
        Add(_decisions[batch.Decisions[row]]);
        Comma();
        Add(_model);
        Comma();
        if (batch.Versions[row] > 0)
        {
            batch.Versions[row].TryFormat(Room(16), out var length);
            _used += length;
        }

        Comma();
        if (isScored)
        {
            Add(Variants[(int)batch.Variants[row]]);
        }

        Comma();
        Add(Outcomes[(int)batch.Outcomes[row]]);
        if (_features)
        {
            foreach (var value in batch.FeaturesOf(row))
            {
                Comma();
                AddFloat(value);
            }
        }
    }

    private void AddFloat(float value) => _used += FloatText.Format(value, Room(FloatText.MaxLength));

    private void AddText(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny(",\"\r\n"u8) < 0)
        {
            Add(text);
            return;
        }

        Add("\""u8);
        foreach (var value in text)
        {
            if (value == '"')
            {
                Add("\""u8);
            }

            Add([value]);
        }

        Add("\""u8);
    }

    private void Comma()
    {
        Room(1)[0] = (byte)',';
        _used++;
    }

    private void End()
    {
        Add("\n"u8);
        if (_used >= FlushAt)
        {
            Flush();
        }
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        _used += text.Length;
    }

    private Span<byte> Room(int length)
    {
        if (_used + length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_used + length, _buffer.Length * 2));
        }

        return _buffer.AsSpan(_used);
    }

    private void Flush()
    {
        _target.Write(_buffer, 0, _used);
        _used = 0;
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static byte[][] Names<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetNames<TEnum>().Select(name => Utf8(name.ToLowerInvariant()))];
}
