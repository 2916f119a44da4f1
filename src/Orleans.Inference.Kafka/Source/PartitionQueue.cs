using Confluent.Kafka;
using Orleans.Inference.Delivery;
using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

/// <summary>
/// One partition's queue and the chunk of records taken from it. Records stay in the library's memory until the receiver has taken them.
/// Touched by the consumer's thread alone, but for <see cref="Resume"/>.
/// </summary>
internal sealed unsafe class PartitionQueue(int partition, nint queue, TimeProvider time)
{
    private const int ChunkRecords = 256;

    private readonly nint[] _chunk = new nint[ChunkRecords];
    private int _at;
    private int _count;

    // Resumed counts calls; the partition is held while it stands where it stood before the refused offer. So a resume that overtakes the
    // answer "refused" is not lost.
    private long _resumed;
    private long _refusedAt = -1;

    public int Partition => partition;

    public void Resume() => Interlocked.Increment(ref _resumed);

    /// <summary>Offers the rest of the chunk, or takes the next one; true when there may be more to do.</summary>
    public bool Serve(IRecordReceiver receiver, NativeClient client)
    {
        if (Interlocked.Read(ref _resumed) == _refusedAt)
        {
            return false;
        }

        _refusedAt = -1;
        if (_at == _count && !Take())
        {
            return false;
        }

        while (_at < _count)
        {
            var resumed = Interlocked.Read(ref _resumed);
            var message = (NativeMessage*)_chunk[_at];
            if (message->Error != 0)
            {
                Note(message, receiver, client);
            }
            else if (!Offer(message, receiver))
            {
                _refusedAt = resumed;
                return false;
            }
            else
            {
                client.Works();
            }

            Librdkafka.rd_kafka_message_destroy(message);
            _at++;
        }

        return true;
    }

    public void Close()
    {
        for (; _at < _count; _at++)
        {
            Librdkafka.rd_kafka_message_destroy((NativeMessage*)_chunk[_at]);
        }

        Librdkafka.rd_kafka_queue_cb_event_enable(queue, null, 0);
        Librdkafka.rd_kafka_queue_destroy(queue);
    }

    private bool Take()
    {
        fixed (nint* chunk = _chunk)
        {
            _at = 0;
            _count = (int)Math.Max(0, Librdkafka.rd_kafka_consume_batch_queue(queue, 0, (NativeMessage**)chunk, ChunkRecords));
            return _count > 0;
        }
    }

    private bool Offer(NativeMessage* message, IRecordReceiver receiver) => receiver.TryReceive(new SourceRecord
    {
        Partition = partition,
        Offset = message->Offset,
        Timestamp = TimestampOf(message),
        Key = message->KeySpan,
        Value = message->ValueSpan,
        Headers = NativeHeaders.Read(message),
    });

    private void Note(NativeMessage* message, IRecordReceiver receiver, NativeClient client)
    {
        if (message->Error == (int)ErrorCode.Local_PartitionEOF)
        {
            client.Works();
            receiver.ReachedEnd(partition, message->Offset);
        }
        else
        {
            client.Failed($"partition {partition}: {Librdkafka.Reason(message->Error)}");
        }
    }

    private long TimestampOf(NativeMessage* message)
    {
        const int None = 0;
        int type;
        var unixMs = Librdkafka.rd_kafka_message_timestamp(message, &type);
        return type == None ? time.GetUtcNow().Ticks : DateTime.UnixEpoch.Ticks + (unixMs * TimeSpan.TicksPerMillisecond);
    }
}
