using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>Feeds a replay engine as the replay command does, and collects what it emits.</summary>
internal sealed class ReplayRun : IBatchOutput
{
    private readonly List<ResultRow> _rows = [];
    private long _nextSequence;

    /// <param name="factory">Makes the engine.</param>
    /// <param name="pipeline">What it runs.</param>
    /// <param name="events">JSON objects.</param>
    /// <param name="options">Shards and batch limit.</param>
    /// <param name="models">Null for the pipeline's ONNX files.</param>
    public static async Task<IReadOnlyList<ResultRow>> RunAsync(
        IEngineFactory factory, PipelineModel pipeline, IReadOnlyList<byte[]> events, EngineOptions options, IModelCatalog? models = null)
    {
        var output = new ReplayRun();
        await using var engine = factory.CreateReplay(pipeline, models ?? new OnnxModelCatalog(), output, options);
        var decoder = new JsonEventDecoder(pipeline);
        var clock = new InputClock(pipeline.Source.Lateness.Ticks);
        for (var first = 0; first < events.Count;)
        {
            var batch = engine.Rent();
            batch.FirstSequence = first;
            batch.SourceTopic = pipeline.Source.Topic;
            batch.Horizon = clock.Limit;
            while (batch.Count < batch.Capacity && first < events.Count)
            {
                decoder.Decode(batch, events[first], new PartitionOffset(0, first), 0);
                first++;
                var row = batch.Count - 1;
                if (batch.Outcomes[row] == Outcome.Scored && !clock.TryAccept(batch.EventTimes[row]))
                {
                    batch.Outcomes[row] = Outcome.Late;
                }
            }

            engine.Submit(batch);
        }

        await engine.DrainAsync();
        return output._rows;
    }

    public void Emit(EventBatch batch)
    {
        Assert.Equal(_nextSequence, batch.FirstSequence);
        _nextSequence += batch.Count;
        for (var row = 0; row < batch.Count; row++)
        {
            _rows.Add(ResultRow.Of(batch, row));
        }
    }
}
