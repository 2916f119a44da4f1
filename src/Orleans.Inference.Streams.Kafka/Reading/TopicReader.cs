using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// One consumer for all partitions that this silo has: a thread of its own polls it and fills the partitions' feeds. Partitions are assigned by
/// hand; the group only keeps offsets.
/// </summary>
internal sealed class TopicReader : IDisposable
{
    private const int PollBurst = 500;
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan StoreInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LastCommitBound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatermarkTimeout = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly KafkaStreamOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly BlockingCollection<Action> _commands = [];
    private readonly Dictionary<int, AssignedPartition> _assigned = [];
    private readonly Dictionary<int, long> _committed = [];
    private readonly RepeatedFailure _failure = new();
    private readonly RepeatedFailure _commitFailure = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _storedAt;

    public TopicReader(string name, KafkaStreamOptions options, ILogger logger, TimeProvider time)
    {
        (_name, _options, _logger, _time) = (name, options, logger, time);
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(KafkaClientSettings.Consumer(options))
            .SetKeyDeserializer(BytesOrNull.Instance)
            .SetValueDeserializer(BytesOrNull.Instance)
            .SetLogHandler((_, line) => Log.ClientLine(logger, name, line.Facility, line.Message))
            .SetErrorHandler((_, error) => Fail("reading", error.ToString()))
            .SetOffsetsCommittedHandler((_, offsets) => Committed(offsets))
            .Build();
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka-streams-{name}" };
        _thread.Start();
    }

    /// <summary>Begins to fill the feed, from the group's committed offset on.</summary>
    public void Attach(PartitionFeed feed) => Command(() =>
    {
        Detach(feed.Partition);
        var partition = new AssignedPartition(new TopicPartition(_options.Topic, feed.Partition), feed);
        _assigned[feed.Partition] = partition;
        _consumer.IncrementalAssign([new TopicPartitionOffset(partition.Place, Offset.Stored)]);
    });

    /// <summary>Ends that, and sends the last commit. Done when nothing more is given to the feed.</summary>
    public Task DetachAsync(PartitionFeed feed)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var accepted = Command(() =>
        {
            try
            {
                if (_assigned.GetValueOrDefault(feed.Partition)?.Feed == feed)
                {
                    Detach(feed.Partition);
                }
            }
            finally
            {
                done.SetResult();
            }
        });
        return accepted ? done.Task : Task.CompletedTask;
    }

    /// <summary>Says that the topic is another than it was.</summary>
    public void WarnBegunAnew(PartitionFeed feed, long offset) => Log.BegunAnew(_logger, _name, _options.Topic, feed.Partition, feed.Next, offset);

    public void Dispose()
    {
        _stopping = true;
        _commands.CompleteAdding();
        _thread.Join();
    }

    private bool Command(Action command)
    {
        try
        {
            return !_stopping && _commands.TryAdd(command);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                Step();
            }

            foreach (var partition in _assigned.Keys.ToArray())
            {
                Detach(partition);
            }
        }
        catch (Exception problem)
        {
            Log.Fatal(_logger, _name, problem.ToString());
        }
        finally
        {
            // Whoever waits for a partition to be given up must not wait for a thread that has ended.
            _stopping = true;
            _commands.CompleteAdding();
            Act();

            // It is not closed first: there is no membership to leave, and the last commits have been waited for.
            ClientEnd.Dispose(_consumer);
        }
    }

    private void Step()
    {
        try
        {
            Act();
            if (_assigned.Count > 0)
            {
                Poll();
            }
        }
        catch (KafkaException problem) when (!problem.Error.IsFatal)
        {
            Fail("reading", problem.Error.Reason);
        }
    }

    private void Act()
    {
        // Without partitions there is nothing to poll, so the thread sleeps until there is something to do.
        while (_commands.TryTake(out var command, _assigned.Count == 0 ? (int)PollWait.TotalMilliseconds * 10 : 0))
        {
            try
            {
                command();
            }
            catch (Exception problem) when (problem is KafkaException or InvalidOperationException)
            {
                Fail("assigning", problem.Message);
            }
        }

        if (_stopping)
        {
            return;
        }

        foreach (var partition in _assigned.Values)
        {
            if (partition.Feed.TryTakeReadAgain(out var offset, out var generation))
            {
                ReadAgain(partition, offset, generation);
            }

            if (partition.IsPaused && partition.Feed.HasRoom)
            {
                _consumer.Resume([partition.Place]);
                partition.IsPaused = false;
            }
        }

        if (_time.GetElapsedTime(_storedAt) >= StoreInterval)
        {
            _storedAt = _time.GetTimestamp();
            foreach (var partition in _assigned.Values)
            {
                Store(partition);
            }
        }
    }

    private void Poll()
    {
        try
        {
            var wait = PollWait;
            for (var i = 0; i < PollBurst && _consumer.Consume(wait) is { } result; i++, wait = TimeSpan.Zero)
            {
                Take(result);
            }
        }
        finally
        {
            Deliver();
        }
    }

    private void Take(ConsumeResult<byte[]?, byte[]?> result)
    {
        if (!_assigned.TryGetValue(result.Partition.Value, out var partition))
        {
            return;
        }

        if (result.IsPartitionEOF)
        {
            partition.Feed.ReachedEnd(result.Offset.Value, partition.Generation);
            return;
        }

        if (_failure.Recovered(out var failures))
        {
            Log.Recovered(_logger, _name, "reading", failures);
        }

        partition.Burst.Add(RecordReader.Read(result));
    }

    private void Deliver()
    {
        foreach (var partition in _assigned.Values)
        {
            if (partition.Burst.Count == 0)
            {
                continue;
            }

            partition.Feed.Offer(partition.Burst, partition.Generation);
            partition.Burst.Clear();
            if (!partition.IsPaused && partition.Feed.IsFull)
            {
                _consumer.Pause([partition.Place]);
                partition.IsPaused = true;
            }
        }
    }

    private void ReadAgain(AssignedPartition partition, long offset, int generation)
    {
        try
        {
            var range = _consumer.QueryWatermarkOffsets(partition.Place, WatermarkTimeout);
            var from = Math.Max(offset, range.Low.Value);
            if (from > offset)
            {
                Log.RewoundTooFar(_logger, _name, _options.Topic, partition.Place.Partition.Value, from, offset);
            }

            Log.Rewinding(_logger, _name, _options.Topic, partition.Place.Partition.Value, from);
            _consumer.Resume([partition.Place]);
            _consumer.IncrementalUnassign([partition.Place]);
            _consumer.IncrementalAssign([new TopicPartitionOffset(partition.Place, from)]);
            (partition.Generation, partition.IsPaused) = (generation, false);
        }
        catch (KafkaException problem)
        {
            partition.Feed.PutBackReadAgain(offset);
            Fail("reading again", problem.Error.Reason);
        }
    }

    private void Store(AssignedPartition partition)
    {
        var offset = partition.Feed.Committable;
        if (_options.Commit != KafkaStreamCommit.Delivered || offset < 0 || offset == partition.Stored)
        {
            return;
        }

        try
        {
            _consumer.StoreOffset(new TopicPartitionOffset(partition.Place, offset));
            partition.FirstStored = partition.Stored < 0 ? offset : partition.FirstStored;
            partition.Stored = offset;
        }
        catch (KafkaException problem)
        {
            Fail("committing", problem.Error.Reason);
        }
    }

    /// <summary>
    /// The library commits what is stored for a partition when it is taken away. Who reads it next begins there, so a moment is waited for it,
    /// but not for a broker that is known to be down.
    /// </summary>
    private void Detach(int number)
    {
        if (!_assigned.Remove(number, out var partition))
        {
            return;
        }

        Store(partition);
        _consumer.IncrementalUnassign([partition.Place]);
        var began = _time.GetTimestamp();
        while (partition.Stored > Math.Max(partition.FirstStored, _committed.GetValueOrDefault(number, -1)) && _failure.Count == 0
            && _time.GetElapsedTime(began) < LastCommitBound)
        {
            Poll();
        }
    }

    private void Committed(CommittedOffsets offsets)
    {
        if (offsets.Error.IsError && offsets.Error.Code != Confluent.Kafka.ErrorCode.Local_NoOffset)
        {
            if (_commitFailure.Failed())
            {
                Log.Failing(_logger, _name, "committing", _commitFailure.Count, offsets.Error.Reason);
            }
        }
        else
        {
            foreach (var offset in offsets.Offsets.Where(offset => !offset.Error.IsError && !offset.Offset.IsSpecial))
            {
                _committed[offset.Partition.Value] = offset.Offset.Value;
            }

            if (_commitFailure.Recovered(out var failures))
            {
                Log.Recovered(_logger, _name, "committing", failures);
            }
        }
    }

    private void Fail(string what, string reason)
    {
        if (_failure.Failed())
        {
            Log.Failing(_logger, _name, what, _failure.Count, reason);
        }
    }

    /// <summary>The library's own takes a missing key for an empty one.</summary>
    private sealed class BytesOrNull : IDeserializer<byte[]?>
    {
        public static readonly BytesOrNull Instance = new();

        public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : data.ToArray();
    }
}
