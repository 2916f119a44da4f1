using Orleans.Inference.Delivery;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>Our own source and sink without an engine between them: each record becomes one with a given value, or is copied.</summary>
internal sealed class EchoLoop(IRecordSink sink, byte[]? value) : IRecordReceiver
{
    private long _sequence;

    public bool TryReceive(in SourceRecord record)
    {
        sink.Write(new OutputRecord { Topic = OutputTopic.Predictions, Sequence = _sequence++, Key = record.Key, Value = value ?? record.Value });
        return true;
    }

    public void ReachedEnd(int partition, long endOffset)
    {
    }
}
