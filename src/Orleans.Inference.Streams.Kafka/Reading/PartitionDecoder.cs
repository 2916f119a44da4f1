using System.Runtime.InteropServices;
using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Makes events of a partition's records, by stream; what cannot be read goes to the dead-letter topic. The pulling agent's.</summary>
internal sealed class PartitionDecoder(PartitionFeed feed, KafkaStreamOptions options, StreamNaming naming, DeadLetterWriter deadLetters, TimeProvider time)
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _pending = Task.CompletedTask;

    /// <summary>Waits for dead letters on their way, so that they cannot pile up; false when there are some after the poll timeout.</summary>
    public async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        if (!_pending.IsCompleted)
        {
            await Task.WhenAny(_pending, Task.Delay(options.PollTimeout, time, cancellationToken));
        }

        return _pending.IsCompleted;
    }

    /// <param name="records">At least one, by offset.</param>
    /// <returns>A chunk for each stream, by first offset; none when no record can be read.</returns>
    public IList<IBatchContainer> Decode(IReadOnlyList<KafkaRecord> records)
    {
        var chunks = naming.StreamKey == KafkaStreamKey.Partition ? DecodeTogether(records) : DecodeByKey(records);
        feed.TakenTo(records[^1].Offset + 1);
        return chunks;
    }

    public void Stop() => _stopping.Cancel();

    private List<IBatchContainer> DecodeTogether(IReadOnlyList<KafkaRecord> records)
    {
        var entries = new List<StreamEntry>(records.Count);
        DeliveredOffsets.InFlight? inFlight = null;
        foreach (var record in records)
        {
            if (TryRead(record, out var entry))
            {
                inFlight ??= feed.Begin(record.Offset);
                entries.Add(entry);
            }
        }

        return entries.Count == 0
            ? []
            : [new PartitionChunk(naming.StreamOf(feed.Partition), [.. entries], entries[0].Offset, feed.Generation, inFlight)];
    }

    private List<IBatchContainer> DecodeByKey(IReadOnlyList<KafkaRecord> records)
    {
        var streams = new Dictionary<StreamId, (List<StreamEntry> Entries, DeliveredOffsets.InFlight InFlight)>();
        foreach (var record in records)
        {
            if (!TryRead(record, out var entry))
            {
                continue;
            }

            ref var stream = ref CollectionsMarshal.GetValueRefOrAddDefault(streams, naming.StreamOf(record), out var exists);
            if (!exists)
            {
                stream = ([], feed.Begin(record.Offset));
            }

            stream.Entries.Add(entry);
        }

        return [.. streams.Select(stream => new PartitionChunk(
            stream.Key, [.. stream.Value.Entries], stream.Value.Entries[0].Offset, feed.Generation, stream.Value.InFlight))];
    }

    private bool TryRead(KafkaRecord record, out StreamEntry entry)
    {
        KafkaPayload payload;
        try
        {
            payload = options.Serializer.Deserialize(record);
        }
        catch (Exception problem)
        {
            // The serializer is the user's: whatever it throws says that this record cannot be read.
            payload = KafkaPayload.Rejected($"{problem.GetType().Name}: {problem.Message}");
        }

        entry = payload.Event is { } value ? new StreamEntry(value, record) : default;
        if (payload.Event is null)
        {
            _pending = Task.WhenAll(_pending, RejectAsync(record, payload, feed.Begin(record.Offset), feed.Generation));
        }

        return payload.Event is not null;
    }

    private async Task RejectAsync(KafkaRecord record, KafkaPayload payload, DeliveredOffsets.InFlight inFlight, int generation)
    {
        if (await deadLetters.WriteAsync(record, payload.Reason ?? "the serializer gave neither an event nor a reason", payload.Field, _stopping.Token))
        {
            feed.Delivered(inFlight, record, generation);
        }
    }
}
