using System.Buffers;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>Produces payments at an even rate. Looks at the clock every millisecond and sends what is due, however late it is itself.</summary>
internal sealed class PacedSender(KafkaEventProducer producer, string topic, IEnumerator<Payment> payments, RoundTrips clock, int rate)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private readonly ArrayBufferWriter<byte> _value = new(512);
    private readonly ArrayBufferWriter<byte> _key = new(16);

    public void Send(int count, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var sent = 0;
        while (sent < count)
        {
            var due = Math.Min(count, (long)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate));
            for (; sent < due; sent++)
            {
                SendNext();
            }

            cancellationToken.WaitHandle.WaitOne(Look);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void SendNext()
    {
        payments.MoveNext();
        _value.ResetWrittenCount();
        _key.ResetWrittenCount();
        PaymentWriter.WriteJson(payments.Current, _value, withTruth: true);
        PaymentWriter.WriteCustomer(payments.Current, _key);
        clock.Sending(payments.Current.Number);
        producer.Produce(topic, _key.WrittenSpan, _value.WrittenSpan);
    }
}
