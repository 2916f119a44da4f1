using Orleans.Concurrency;
using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Grains.Scoring;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>The same pipeline as one would write it first: each event calls its customer, its terminal and the model, and is answered.</summary>
public interface ISingleCaller : IGrainWithIntegerKey
{
    [ResponseTimeout("00:10:00")]
    ValueTask RunAsync(string pipeline, int from, int count);
}

/// <summary>The records of a run; a grain's argument cannot hold them.</summary>
internal sealed class SingleCallSource
{
    public PreparedPayments? Payments { get; set; }
}

[Reentrant]
internal sealed class SingleCaller(SiloPipelines pipelines, SingleCallSource source) : Grain, ISingleCaller
{
    private const int InFlight = 128;

    private readonly Stack<Event> _free = new();

    public async ValueTask RunAsync(string pipeline, int from, int count)
    {
        var local = await pipelines.GetAsync(pipeline, CancellationToken.None);
        var partition = (int)this.GetPrimaryKeyLong();
        var scoring = GrainFactory.GetGrain<IScoringGrain>(pipeline);
        using var room = new SemaphoreSlim(InFlight);
        var running = new List<Task>();
        for (var offset = from; offset < from + count; offset++)
        {
            await room.WaitAsync();
            running.Add(ScoreAsync(local, scoring, partition, offset, room));
            if (running.Count == 4 * InFlight)
            {
                running.RemoveAll(task => task.IsCompletedSuccessfully);
            }
        }

        await Task.WhenAll(running);
    }

    private async Task ScoreAsync(SiloPipeline local, IScoringGrain scoring, int partition, int offset, SemaphoreSlim room)
    {
        var work = _free.TryPop(out var free) ? free : new Event(local);
        var batch = work.Batch;
        batch.Clear();
        batch.SourceTopic = "single";
        work.Decoder.Decode(batch, source.Payments!.Of(partition)[offset].Value, new PartitionOffset(partition, offset), 0);
        var customer = AskAsync(local, work, 0, partition, offset);
        var terminal = AskAsync(local, work, 1, partition, offset);
        local.Features[0].Scatter((await customer).Features!, batch.FeaturesOf(0));
        local.Features[1].Scatter((await terminal).Features!, batch.FeaturesOf(0));
        work.Reader.WriteDirect(batch, 0);
        await scoring.ScoreAsync(new ScoringWork(batch, null));
        var prediction = work.Writer.PredictionOf(batch, 0, offset, fromHttp: false);
        work.Json.Format(prediction, work.Body);
        _free.Push(work);
        room.Release();
    }

    private ValueTask<EntityAnswer> AskAsync(SiloPipeline local, Event work, int type, int partition, int offset)
    {
        var words = new long[1 + local.Features[type].WordCount];
        words[0] = offset;
        work.Reader.WordsOf(work.Batch, 0, type).CopyTo(words.AsSpan(1));
        var id = EntityId.GrainIdOf(EntityId.Prefix(local.Pipeline.Name, type), type, work.Batch.KeyOf(type, 0));
        return GrainFactory.GetGrain<IEntityGrain>(id).ApplyAsync(new EntityRows { Input = partition, Committed = offset - 1000, Words = words });
    }

    /// <summary>What one event in work needs, used again for the next.</summary>
    private sealed class Event(SiloPipeline local)
    {
        public EventBatch Batch { get; } = new(local.Pipeline, 1);

        public JsonEventDecoder Decoder { get; } = new(local.Pipeline);

        public FeatureReader Reader { get; } = new(local.Pipeline);

        public Serving.Outputs.OutputWriter Writer { get; } = new(local.Pipeline, null);

        public PredictionJson Json { get; } = new(local.Pipeline);

        public byte[] Body { get; } = new byte[8192];
    }
}
