using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Embedded;
using Orleans.Inference.Engines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Storage.Folders;

namespace Orleans.Inference.EndToEnd;

/// <summary>What a replay computed for an event.</summary>
internal sealed record ReplayedPrediction(float Score, float[] Features);

/// <summary>
/// An engine in this process that takes accepted records in the order given, and shows the state they make. It has one input, so lateness, judged already, is set out of
/// the way.
/// </summary>
internal sealed class OrderedReplay : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ordered-replay").FullName;
    private readonly StateFolder _state;
    private readonly IScoringEngine _engine;

    private OrderedReplay(PipelineModel pipeline)
    {
        pipeline = pipeline with
        {
            Source = pipeline.Source with { Lateness = TimeSpan.FromDays(30_000), MaxAhead = TimeSpan.FromDays(30_000) },
            CheckpointInterval = TimeSpan.FromHours(1),
        };
        _state = StateFolder.Open(_folder, pipeline);
        _engine = new EmbeddedEngineFactory(NullLoggerFactory.Instance).CreateEngine(
            pipeline,
            new EngineParts { Models = new OnnxModelCatalog(), Store = _state.Store, Journal = _state.Journal },
            new EngineOptions { Shards = 1 });
    }

    public PipelineModel Pipeline => _engine.Pipeline;

    public static async Task<OrderedReplay> StartAsync(PipelineModel pipeline)
    {
        var replay = new OrderedReplay(pipeline);
        await replay._engine.StartAsync(CancellationToken.None);
        await Bounds.UntilAsync(() => Task.FromResult(replay._engine.Readiness.IsReady), Bounds.Start, () => $"replay: {replay._engine.Readiness.Reason}");
        return replay;
    }

    public async Task<List<ReplayedPrediction>> SubmitAsync(IEnumerable<byte[]> records)
    {
        var predictions = new List<ReplayedPrediction>();
        foreach (var chunk in records.Chunk(5_000))
        {
            var reply = await _engine.SubmitAsync([.. chunk.Select(record => new ReadOnlyMemory<byte>(record))], waitUntilScored: true, CancellationToken.None);
            Assert.Equal(chunk.Length, reply.Accepted);
            foreach (var encoded in reply.Predictions!)
            {
                var prediction = PredictionCodec.Decode(encoded);
                Assert.Equal(Outcome.Scored, prediction.Outcome);
                predictions.Add(new ReplayedPrediction(prediction.Score, prediction.Features.ToArray()));
            }
        }

        return predictions;
    }

    public async Task<EntityReply?> EntityAsync(int type, string key) => await _engine.EntityAsync(type, key, at: null, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _state.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
