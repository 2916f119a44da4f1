using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;
using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

/// <summary>
/// One native consumer and its thread. The thread takes what lies in the partitions' queues, in turn and at most one chunk each, and sleeps when
/// all are empty or held; the library, <see cref="Resume"/> and <see cref="DisposeAsync"/> wake it.
/// </summary>
internal sealed unsafe class ConsumerLoop : IAsyncDisposable
{
    // The library signals every change; this only bounds the harm should one be missed.
    private const int LongestSleepMs = 500;

    private readonly string _topic;
    private readonly string _group;
    private readonly IRecordReceiver _receiver;
    private readonly ILogger _logger;
    private readonly NativeClient _client;
    private readonly PartitionQueue[] _partitions;
    private readonly Dictionary<int, PartitionQueue> _byNumber;
    private readonly ManualResetEventSlim _signal = new(initialState: false, spinCount: 0);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RepeatedFailure _commitFailure = new();
    private readonly Lock _commitGate = new();
    private GCHandle _self;
    private volatile bool _stopping;
    private bool _closed;

    public ConsumerLoop(
        string topic,
        string group,
        IReadOnlyDictionary<string, string> settings,
        IReadOnlyList<PartitionOffset> next,
        IRecordReceiver receiver,
        ILogger logger,
        TimeProvider time)
    {
        _topic = topic;
        _group = group;
        _receiver = receiver;
        _logger = logger;
        _client = NativeClient.Create(Librdkafka.Consumer, settings, NativeClient.CommitEvent, logger, $"source {topic}");
        _self = GCHandle.Alloc(this);
        Librdkafka.rd_kafka_queue_cb_event_enable(_client.Events, &Wake, GCHandle.ToIntPtr(_self));
        _partitions = [.. next.Select(position => OpenQueue(position.Partition, time))];
        _byNumber = _partitions.ToDictionary(partition => partition.Partition);
        Assign(next);
    }

    /// <summary>Starts the thread; apart from construction, so that whoever calls <see cref="Resume"/> can have the loop before its first record.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = $"kafka {_topic}" }.Start();

    public void Resume(int partition)
    {
        if (_byNumber.TryGetValue(partition, out var queue))
        {
            queue.Resume();
            _signal.Set();
        }
    }

    /// <summary>Offset after the partition's last record as the last fetch saw it; -1 before the first. Any thread.</summary>
    public long EndOf(int partition)
    {
        lock (_commitGate)
        {
            long low;
            long high;
            return !_closed && Librdkafka.rd_kafka_get_watermark_offsets(_client.Handle, _topic, partition, &low, &high) == 0 ? high : -1;
        }
    }

    public void Commit(IReadOnlyList<PartitionOffset> next)
    {
        lock (_commitGate)
        {
            if (_closed)
            {
                return;
            }

            var offsets = ToList(next);
            var error = Librdkafka.rd_kafka_commit_queue(_client.Handle, offsets, _client.Events, 0, 0);
            Librdkafka.rd_kafka_topic_partition_list_destroy(offsets);
            NoteCommit(error);
        }
    }

    public ValueTask DisposeAsync()
    {
        _stopping = true;
        _signal.Set();
        return new ValueTask(_stopped.Task);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Wake(nint client, nint loop) => ((ConsumerLoop)GCHandle.FromIntPtr(loop).Target!)._signal.Set();

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                _signal.Reset();
                ServeEvents();
                var some = false;
                foreach (var partition in _partitions)
                {
                    some |= partition.Serve(_receiver, _client);
                }

                if (!some)
                {
                    _signal.Wait(LongestSleepMs);
                }
            }
        }
#pragma warning disable CA1031 // An exception that leaves a thread ends the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.ReceiverFailed(_logger, exception, _topic);
        }
        finally
        {
            Close();
            _stopped.SetResult();
        }
    }

    private void ServeEvents()
    {
        while (Librdkafka.rd_kafka_queue_poll(_client.Events, 0) is var @event && @event != 0)
        {
            if (Librdkafka.rd_kafka_event_type(@event) == NativeClient.CommitEvent)
            {
                NoteCommit(Librdkafka.rd_kafka_event_error(@event));
            }
            else
            {
                _client.Note(@event);
            }

            Librdkafka.rd_kafka_event_destroy(@event);
        }
    }

    private void NoteCommit(int error)
    {
        if (error == 0)
        {
            if (_commitFailure.Recovered(out var failures))
            {
                Log.CommitRecovered(_logger, _group, failures);
            }
        }
        else if (_commitFailure.Failed())
        {
            Log.CommitFailing(_logger, _group, _commitFailure.Count, Librdkafka.Reason(error));
        }
    }

    private void Close()
    {
        lock (_commitGate)
        {
            _closed = true;
        }

        Librdkafka.rd_kafka_queue_cb_event_enable(_client.Events, null, 0);
        foreach (var partition in _partitions)
        {
            partition.Close();
        }

        // Waits for commits under way.
        _ = Librdkafka.rd_kafka_consumer_close(_client.Handle);
        ServeEvents();
        _client.Destroy();
        _self.Free();
    }

    private PartitionQueue OpenQueue(int partition, TimeProvider time)
    {
        var queue = Librdkafka.rd_kafka_queue_get_partition(_client.Handle, _topic, partition);

        // Before the assignment, which would otherwise lead the partition's records to the common queue.
        Librdkafka.rd_kafka_queue_forward(queue, 0);
        Librdkafka.rd_kafka_queue_cb_event_enable(queue, &Wake, GCHandle.ToIntPtr(_self));
        return new PartitionQueue(partition, queue, time);
    }

    private void Assign(IReadOnlyList<PartitionOffset> next)
    {
        var list = ToList(next);
        var error = Librdkafka.rd_kafka_assign(_client.Handle, list);
        Librdkafka.rd_kafka_topic_partition_list_destroy(list);
        if (error != 0)
        {
            Close();
            throw new InferenceException($"Topic {_topic} cannot be read: {Librdkafka.Reason(error)}");
        }
    }

    private nint ToList(IReadOnlyList<PartitionOffset> positions)
    {
        var list = Librdkafka.rd_kafka_topic_partition_list_new(positions.Count);
        foreach (var position in positions)
        {
            Librdkafka.rd_kafka_topic_partition_list_add(list, _topic, position.Partition);
            Librdkafka.rd_kafka_topic_partition_list_set_offset(list, _topic, position.Partition, position.Offset);
        }

        return list;
    }
}
