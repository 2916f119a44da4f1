using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Serving.Inputs;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// One source partition from its last commit on: restores its place, finds what has been published since, and takes records until it is stopped. One life of it; after a loss
/// the grain begins another. Records come on the source's thread, everything else in the turns of the input's grain.
/// </summary>
internal sealed class SourceInput : IRecordReceiver, IAsyncDisposable
{
    private readonly SiloPipeline _pipeline;
    private readonly int _partition;
    private readonly IRecordSource _source;
    private readonly IRecordSink _sink;
    private readonly PlaceState _place;
    private readonly PublishedRecords _published;
    private readonly WakeSignal _signal = new();
    private readonly JsonEventDecoder _decoder;
    private readonly EventJudge _judge;
    private readonly InputCommits _commits;
    private readonly InputFlow _flow;
    private readonly PartitionInput _queue;

    public SourceInput(SiloPipeline pipeline, SourceStart start)
    {
        _pipeline = pipeline;
        _partition = start.Extent.Partition;
        _source = start.Source;
        _sink = start.Sink;
        _place = start.Place;
        _published = start.Published;
        _decoder = new JsonEventDecoder(pipeline.Pipeline);
        _judge = new EventJudge(pipeline.Pipeline, pipeline.Parts.Time);
        _commits = new InputCommits(pipeline, _place, _sink) { OnCommitted = Commit };
        Output = new BatchOutput(pipeline, _sink);
        var place = _place.Place!;
        _flow = new InputFlow(pipeline, InputId.Of(place.Incarnation, _partition), _commits, Output, pipeline.Route.Term);
        var clock = new InputClock(pipeline.Pipeline.Source.Lateness.Ticks);
        clock.Restore(place.Clock);
        _queue = new PartitionInput(
            _partition, place.NextOffset, clock, place.NextOffset < start.Extent.End, pipeline.Options.BatchLimit, _flow.Records);
        Output.Offsets.Reached(new PartitionOffset(_partition, place.NextOffset - 1));
    }

    public BatchOutput Output { get; }

    /// <summary>As of the last commit: events after it may not have reached their entities, or may have to reach them again.</summary>
    public long Clock => _commits.CommittedClock;

    public bool MayBringAnyTime => Clock == long.MinValue && (_queue.IsBehind || _queue.HasRecords || _queue.NextOffset > _commits.Committed);

    public long Lag => _source.EndOf(_partition) is >= 0 and var end ? Math.Max(0, end - _queue.NextOffset) : -1;

    public bool TryReceive(in SourceRecord record)
    {
        var taken = _queue.TryAdd(record);
        _signal.Set();
        return taken;
    }

    public void ReachedEnd(int partition, long endOffset)
    {
        _queue.ReachedEnd();
        _signal.Set();
    }

    /// <summary>Takes records until cancelled, then publishes and commits what it has taken.</summary>
    /// <exception cref="InputLostException">It has to begin again from its last commit.</exception>
    /// <exception cref="InferenceException">The broker refused an output for good.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _source.Start([new PartitionOffset(_partition, _place.Place!.NextOffset)], this);
        var committing = _commits.RunAsync(ended.Token);
        var taking = TakeAsync(ended.Token);
        try
        {
            await await Task.WhenAny(committing, taking, _flow.Faulted);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await EndOf(committing);
            await EndOf(taking);
            await _flow.Finished;
            await _commits.EndAsync();
        }
        finally
        {
            await ended.CancelAsync();
            _commits.Abandon();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _sink.DisposeAsync();
    }

    private static async Task EndOf(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    private async Task TakeAsync(CancellationToken stopping)
    {
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            await _pipeline.Route.WaitAsync(() => _pipeline.Ticks, stopping);
            if (!_queue.HasRecords)
            {
                await _signal.WaitAsync(stopping);
                continue;
            }

            var work = await _flow.RentAsync(stopping);
            var records = _queue.Take(out var resume);
            if (resume)
            {
                _source.Resume(_partition);
            }

            Decode(work.Batch, records!);
            work.After = Judge(work.Batch, records!);
            await _flow.SubmitAsync(work, CancellationToken.None);
        }
    }

    private void Decode(EventBatch batch, RecordBatch records)
    {
        batch.Records = records;
        batch.SourceTopic = _pipeline.Pipeline.Source.Topic;
        var started = _pipeline.Parts.Time.GetTimestamp();
        for (var record = 0; record < records.Count; record++)
        {
            _decoder.Decode(batch, records.ValueOf(record), records.SourceOf(record), records.TimestampOf(record));
        }

        _pipeline.Instruments?.StageTook(ScoringStage.Decode, _pipeline.Parts.Time.GetElapsedTime(started));
        _published.Mark(batch);
    }

    /// <summary>Finds late and rejected rows; where the input is after them.</summary>
    private InputPlace Judge(EventBatch batch, RecordBatch records)
    {
        // As of the batch's start: its own rows may be as old as that.
        batch.Horizon = Math.Min(_pipeline.Horizon, _queue.Clock.Limit);
        _judge.Judge(batch, ref _queue.Clock);
        _queue.NextOffset = records.SourceOf(records.Count - 1).Offset + 1;
        return _place.Place! with { NextOffset = _queue.NextOffset, Clock = _queue.Clock.Time, IsEnded = false };
    }

    private void Commit(InputPlace place) => _source.Commit([new PartitionOffset(_partition, place.NextOffset)]);
}
