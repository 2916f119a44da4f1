using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// The HTTP door's life: takes what waits, batch by batch, and commits. There is no journal behind it: what a crash takes before a commit is lost, and whoever needs to know
/// asks for a durable answer. In the turns of the door's grain.
/// </summary>
internal sealed class HttpInputRun : IAsyncDisposable
{
    /// <summary>HTTP offsets of an epoch start at its number times this.</summary>
    private const long OffsetsPerEpoch = 1L << 40;

    private readonly SiloPipeline _pipeline;
    private readonly IRecordSink? _sink;
    private readonly PlaceState _place;
    private readonly JsonEventDecoder _decoder;
    private readonly EventJudge _judge;
    private readonly InputFlow _flow;
    private readonly WakeSignal _signal = new();
    private long _nextSequence;
    private long _nextOffset;

    private HttpInputRun(SiloPipeline pipeline, PlaceState place, IRecordSink? sink)
    {
        _pipeline = pipeline;
        _place = place;
        _sink = sink;
        _decoder = new JsonEventDecoder(pipeline.Pipeline);
        _judge = new EventJudge(pipeline.Pipeline, pipeline.Parts.Time);
        Commits = new InputCommits(pipeline, place, sink);
        _flow = new InputFlow(pipeline, InputId.Http, Commits, new BatchOutput(pipeline, sink), leaseTerm: null);
        _nextSequence = place.Place!.NextSequence;
        _nextOffset = place.Place.NextOffset;
        var clock = new InputClock(pipeline.Pipeline.Source.Lateness.Ticks);
        clock.Restore(place.Place.Clock);
        Queue = new HttpInput(place.Place.NextOffset, clock, pipeline.Options.HttpQueueLimit);
    }

    public HttpInput Queue { get; }

    public InputCommits Commits { get; }

    /// <summary>As of the last commit.</summary>
    public long Clock => Commits.CommittedClock;

    public bool MayBringAnyTime => Clock == long.MinValue && (Queue.HasEvents || _nextOffset > Commits.Committed);

    /// <summary>Opens a new epoch and stores it before the first event, so that no offset is ever used twice.</summary>
    public static async Task<HttpInputRun> OpenAsync(SiloPipeline pipeline, CancellationToken cancellationToken)
    {
        var sink = pipeline.Parts.Transport?.CreateSink(pipeline.Pipeline);
        var incarnation = sink is null ? "" : await sink.OpenAsync(cancellationToken);
        var place = await PlaceState.ReadAsync(pipeline.PlaceKey("http"), pipeline.Writer, cancellationToken);
        var stored = place.Place ?? new InputPlace();
        var epoch = stored.Epoch + 1;
        if (!await place.WriteAsync(stored with { Epoch = epoch, NextOffset = epoch * OffsetsPerEpoch, SinkIncarnation = incarnation }))
        {
            throw new InputLostException("another activation has taken it over");
        }

        return new HttpInputRun(pipeline, place, sink);
    }

    /// <summary>Something may wait in the queue, or the queue is closed.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Serves the queue until it is closed and empty, then commits.</summary>
    public async Task RunAsync(CancellationToken closed)
    {
        using var ended = new CancellationTokenSource();
        var committing = CommitAsync(ended.Token);
        try
        {
            await await Task.WhenAny(TakeAsync(closed), _flow.Faulted);
            await _flow.Finished;
        }
        finally
        {
            await ended.CancelAsync();
            await committing;
        }

        await Commits.CommitAsync();
    }

    public ValueTask DisposeAsync() => _sink?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task TakeAsync(CancellationToken closed)
    {
        while (true)
        {
            if (!Queue.HasEvents)
            {
                if (closed.IsCancellationRequested)
                {
                    return;
                }

                await _signal.WaitAsync(CancellationToken.None);
                continue;
            }

            await _pipeline.Route.WaitAsync(() => _pipeline.Ticks, CancellationToken.None);
            var work = await _flow.RentAsync(CancellationToken.None);
            foreach (var run in RunsOf(Queue.Take(_pipeline.Options.BatchLimit)))
            {
                work ??= await _flow.RentAsync(CancellationToken.None);
                Decode(work, run);
                await _flow.SubmitAsync(work, CancellationToken.None);
                work = null;
            }
        }
    }

    /// <summary>Commits at the interval. Entities lost with a silo are lost here too: their events are nowhere else.</summary>
    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Commits.RunAsync(cancellationToken);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (InputLostException exception)
            {
                SiloLog.InputRestarts(_pipeline.Logger, _pipeline.Pipeline.Name, "http", exception.Message);
                if (_place.IsLost)
                {
                    throw;
                }
            }
        }
    }

    private void Decode(InputBatch work, List<HttpEvent> events)
    {
        var batch = work.Batch;
        batch.SourceTopic = "http";
        batch.FirstSequence = _nextSequence;
        work.Requests = events;
        foreach (var http in events)
        {
            _decoder.Decode(batch, http.Json.Span, new PartitionOffset(0, http.Offset), http.ArrivedAt);
            batch.Flags[batch.Count - 1] = http.Options.DryRun ? RowFlags.DryRun : RowFlags.None;
        }

        batch.Horizon = Math.Min(_pipeline.Horizon, Queue.Clock.Limit);
        _judge.Judge(batch, ref Queue.Clock);
        if (events[0].Options.DryRun)
        {
            work.After = _place.Place! with { NextOffset = _place.Place!.NextOffset };
            return;
        }

        _nextSequence += events.Count;
        _nextOffset = events[^1].Offset + 1;
        work.After = _place.Place! with { NextOffset = _nextOffset, NextSequence = _nextSequence, Clock = Queue.Clock.Time };
    }

    /// <summary>Dry runs and others travel apart: a dry run sees what came before it and nothing that came after.</summary>
    private static IEnumerable<List<HttpEvent>> RunsOf(List<HttpEvent> events)
    {
        for (var from = 0; from < events.Count;)
        {
            var to = from + 1;
            while (to < events.Count && events[to].Options.DryRun == events[from].Options.DryRun)
            {
                to++;
            }

            yield return events.GetRange(from, to - from);
            from = to;
        }
    }
}
