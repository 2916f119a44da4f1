using System.Collections.Concurrent;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Embedded.Recovery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Serving.Inputs;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Embedded.Sequencing;

/// <summary>
/// Turns all inputs into one numbered sequence of batches: decodes, judges late and future events, numbers, journals and submits. One thread.
/// </summary>
internal sealed class Sequencer : IRecordReceiver
{
    private readonly PipelineModel _pipeline;
    private readonly BatchProcessor _processor;
    private readonly IOrderJournal _journal;
    private readonly RecordBatchPool _records;
    private readonly JsonEventDecoder _decoder;
    private readonly EventJudge _judge;
    private readonly TimeProvider _time;
    private readonly ScoringInstruments? _instruments;
    private readonly int _batchLimit;
    private readonly ManualResetEventSlim _signal = new(false, spinCount: 0);
    private readonly RecoveryPlan _recovery;
    private readonly RouteState _routes;
    private readonly ConcurrentQueue<RouteRequest> _routeRequests = new();

    // What the last batch submitted is scored under.
    private RouteRevision _route;
    private bool _httpWasLast;

    public Sequencer(
        PipelineModel pipeline,
        BatchProcessor processor,
        IOrderJournal journal,
        RecordBatchPool records,
        IReadOnlyList<PartitionInput> partitions,
        HttpInput http,
        RecoveryPlan recovery,
        RouteState routes,
        ScoringInstruments? instruments,
        TimeProvider time,
        EngineOptions options)
    {
        _pipeline = pipeline;
        _processor = processor;
        _journal = journal;
        _records = records;
        _time = time;
        _instruments = instruments;
        _batchLimit = options.BatchLimit;
        _decoder = new JsonEventDecoder(pipeline);
        _judge = new EventJudge(pipeline, time);
        _recovery = recovery;
        _routes = routes;
        _route = routes.Current;
        Partitions = partitions;
        Http = http;
        NextSequence = recovery.NextSequence;
    }

    public IReadOnlyList<PartitionInput> Partitions { get; }

    public HttpInput Http { get; }

    /// <summary>Told a partition whose queue has room again.</summary>
    public Action<int> Resume { get; set; } = static _ => { };

    /// <summary>Number the next event will get.</summary>
    public long NextSequence { get; private set; }

    /// <summary>What a crash left has been applied again.</summary>
    public bool IsRecovered => _recovery.IsDone;

    public bool TryReceive(in SourceRecord record)
    {
        var taken = Partitions[record.Partition].TryAdd(record);
        Wake();
        return taken;
    }

    public void ReachedEnd(int partition, long endOffset)
    {
        Partitions[partition].ReachedEnd();
        Wake();
    }

    /// <summary>Gives a route its place in the sequence. Any thread.</summary>
    public void Add(RouteRequest request)
    {
        _routeRequests.Enqueue(request);
        Wake();
    }

    /// <summary>A checkpoint holds everything before that number: the journal need not.</summary>
    public void Forget(long beforeSequence) => _journal.Trim(beforeSequence);

    /// <summary>There is something to do. Any thread.</summary>
    public void Wake()
    {
        if (!_signal.IsSet)
        {
            _signal.Set();
        }
    }

    /// <summary>Waits until there may be something to do. What comes from here on wakes the next wait.</summary>
    public void Wait(TimeSpan timeout)
    {
        _signal.Wait(timeout, _processor.Faulted);
        _signal.Reset();
    }

    /// <summary>Submits the next batch; false when nothing can be submitted now.</summary>
    public bool TryStep()
    {
        if (!_recovery.IsDone)
        {
            return TryRecoverStep();
        }

        if (_routeRequests.TryDequeue(out var request))
        {
            Change(request);
            return true;
        }

        if (Http.HasEvents && (!_httpWasLast || ChoosePartition() is null))
        {
            _httpWasLast = true;
            Submit(Http.Take(_batchLimit));
            return true;
        }

        _httpWasLast = false;
        if (ChoosePartition() is not { } input || Take(input) is not { } records)
        {
            return false;
        }

        Submit(input, records, NextSequence, journal: true);
        return true;
    }

    /// <summary>
    /// While an input is behind its end, the one with the least clock gives the next batch, and the others wait for it, so that catching up sees nearly the order
    /// that live saw. Null when there is nothing to take, or it is not there yet.
    /// </summary>
    private PartitionInput? ChoosePartition()
    {
        PartitionInput? least = null;
        foreach (var input in Partitions)
        {
            if ((input.IsBehind || input.HasRecords) && (least is null || input.Clock.Time < least.Clock.Time))
            {
                least = input;
            }
        }

        return least is { HasRecords: true } ? least : null;
    }

    private RecordBatch? Take(PartitionInput input)
    {
        var records = input.Take(out var resume);
        if (resume)
        {
            Resume(input.Partition);
        }

        return records;
    }

    private bool TryRecoverStep()
    {
        var run = _recovery.Current;
        var input = Partitions[run.First.Partition];
        if (!input.HasRecords)
        {
            if (!input.IsExhausted)
            {
                return false;
            }

            // The topic no longer holds the records; what was emitted for them stays emitted.
            _recovery.Advance();
            return true;
        }

        var records = Take(input)!;
        var first = records.SourceOf(0).Offset;
        if (_recovery.Taken == 0 && first < run.First.Offset)
        {
            // The plan knows nothing of them: they are new.
            Submit(input, Head(input, records, CountUpTo(records, run.First.Offset - 1)), NextSequence, journal: true);
            return true;
        }

        var sequence = run.Sequence + _recovery.Taken;
        var count = _routes.CountUnderOne(sequence, CountUpTo(records, run.LastOffset));
        records = Head(input, records, count);
        if (records.Count > 0)
        {
            Submit(input, records, sequence, journal: false);
        }
        else
        {
            _records.Return(records);
        }

        _recovery.Take(count, isComplete: count == 0 || input.NextOffset > run.LastOffset);
        return true;
    }

    private static int CountUpTo(RecordBatch records, long lastOffset)
    {
        var count = 0;
        while (count < records.Count && records.SourceOf(count).Offset <= lastOffset)
        {
            count++;
        }

        return count;
    }

    /// <summary>The first records; the others go back.</summary>
    private RecordBatch Head(PartitionInput input, RecordBatch records, int count)
    {
        if (count == records.Count)
        {
            return records;
        }

        var head = _records.Rent();
        records.CopyTo(head, 0, count);
        input.PutBack(records, count);
        _records.Return(records);
        return head;
    }

    private void Submit(PartitionInput input, RecordBatch records, long sequence, bool journal)
    {
        var work = _processor.Rent();
        var batch = work.Batch;
        batch.Records = records;
        batch.SourceTopic = _pipeline.Source.Topic;
        var started = _time.GetTimestamp();
        for (var record = 0; record < records.Count; record++)
        {
            _decoder.Decode(batch, records.ValueOf(record), records.SourceOf(record), records.TimestampOf(record));
        }

        _instruments?.StageTook(ScoringStage.Decode, _time.GetElapsedTime(started));
        var first = records.SourceOf(0);
        var last = records.SourceOf(records.Count - 1).Offset;
        if (journal)
        {
            _journal.Append(new OrderedRun(sequence, first, last, records.Count));
        }
        else
        {
            _recovery.MarkDelivered(batch);
        }

        // As of the batch's start: its own rows may be as old as that.
        batch.Horizon = Horizon(input);
        _judge.Judge(batch, ref input.Clock);
        input.NextOffset = last + 1;
        Submit(work, sequence, batch.Count);
    }

    private void Submit(List<HttpEvent> events)
    {
        var work = _processor.Rent();
        var batch = work.Batch;
        batch.SourceTopic = "http";
        work.Requests = events;
        foreach (var http in events)
        {
            _decoder.Decode(batch, http.Json.Span, new PartitionOffset(0, http.Offset), http.ArrivedAt);
            batch.Flags[batch.Count - 1] = http.Options.DryRun ? RowFlags.DryRun : RowFlags.None;
        }

        batch.Horizon = Http.Clock.Time == long.MinValue ? long.MinValue : Horizon(taken: null);
        _judge.Judge(batch, ref Http.Clock);
        Submit(work, NextSequence, events.Count(http => !http.Options.DryRun));
    }

    private void Submit(BatchInFlight work, long sequence, int numbered)
    {
        work.Batch.FirstSequence = sequence;
        NextSequence = Math.Max(NextSequence, sequence + numbered);

        // What is done again is scored under the route of its time.
        Use(_recovery.IsDone ? _routes.Current : _routes.Of(sequence));
        _processor.Submit(work);
    }

    /// <summary>Stores a route as of the next event. The disk is waited for: routes change seldom, and a number must not be given twice.</summary>
    private void Change(RouteRequest request)
    {
        try
        {
            var revision = _routes.Change(request.Route, request.Author, NextSequence);
            Use(revision);
            request.Answer(new RouteReply(RouteStatus.Answered, revision));
        }
        catch (InferenceException exception)
        {
            request.Fail(exception);
        }
    }

    private void Use(RouteRevision route)
    {
        if (!ReferenceEquals(route, _route))
        {
            _route = route;
            _processor.Submit(new RouteSwitch(route));
        }
    }

    /// <summary>
    /// No accepted event can be older than the least clock of the inputs that have begun, less the lateness; one that begins with the batch just taken, or has records
    /// waiting, can bring any time.
    /// </summary>
    private long Horizon(PartitionInput? taken)
    {
        var horizon = Http.Clock.Time == long.MinValue ? long.MaxValue : Http.Clock.Limit;
        foreach (var input in Partitions)
        {
            if (input.Clock.Time == long.MinValue)
            {
                if (input == taken || input.IsBehind || input.HasRecords)
                {
                    return long.MinValue;
                }

                continue;
            }

            horizon = Math.Min(horizon, input.Clock.Limit);
        }

        return horizon == long.MaxValue ? long.MinValue : horizon;
    }
}
