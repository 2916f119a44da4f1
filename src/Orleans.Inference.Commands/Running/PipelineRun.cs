using Orleans.Inference.Commands.Validation;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Kafka;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Storage.Folders;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Commands.Running;

/// <summary>One pipeline being served: its engine and what the engine stands on, opened and closed together.</summary>
internal sealed class PipelineRun : IAsyncDisposable
{
    // Draining takes a second where the broker answers; whoever sent the signal kills after half a minute.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StandbyPoll = TimeSpan.FromMilliseconds(200);

    private readonly StateFolder _state;
    private readonly IRecordSource? _source;
    private readonly IRecordSink? _sink;

    private PipelineRun(StateFolder state, IRecordSource? source, IRecordSink? sink, KafkaEventProducer? producer, IScoringEngine engine)
    {
        _state = state;
        _source = source;
        _sink = sink;
        Producer = producer;
        Engine = engine;
    }

    public IScoringEngine Engine { get; }

    /// <summary>Null without Kafka.</summary>
    public KafkaEventProducer? Producer { get; }

    /// <summary>Folder of the pipeline's state.</summary>
    public string StatePath => _state.Path;

    public static async Task<PipelineRun> CreateAsync(
        string folder, RunOptions options, KafkaTransport? kafka, IEngineFactory factory, InferenceMeter meter, CancellationToken cancellationToken)
    {
        var pipeline = PipelineLoader.LoadRunnable(folder, Console.Error);
        LoadChampion(pipeline);
        var state = await OpenStateAsync(DirectoryOf(factory, options), options.Standby, pipeline, cancellationToken);
        var source = kafka?.CreateSource(pipeline);
        var sink = kafka?.CreateSink(pipeline);
        var producer = kafka?.CreateProducer();
        var parts = new EngineParts
        {
            Models = new OnnxModelCatalog(),
            Store = state.Store,
            Journal = state.Journal,
            Transport = kafka,
            Source = source,
            Sink = sink,
            Producer = producer?.ForTopic(pipeline.Source.Topic),
            Meter = meter,
        };
        return new PipelineRun(state, source, sink, producer, factory.CreateEngine(pipeline, parts, EngineChoice.Options(options.Shards)));
    }

    /// <summary>
    /// Drains, takes a last checkpoint and stops. False when the broker did not take the last answers in time: they are given up, and their events come again at the
    /// next start.
    /// </summary>
    public async Task<bool> StopAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience, TimeProvider.System);
        try
        {
            await Engine.StopAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && _sink is not null)
        {
            await Console.Error.WriteLineAsync(
                $"pipeline {Engine.Pipeline.Name}: the broker has not taken the last answers within {StopPatience.TotalSeconds} s; the next start takes their events again");
            await _sink.DisposeAsync();
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        if (Producer is not null)
        {
            await Producer.DisposeAsync();
        }

        if (_source is not null)
        {
            await _source.DisposeAsync();
        }

        if (_sink is not null)
        {
            await _sink.DisposeAsync();
        }

        _state.Dispose();
    }

    /// <summary>A model that does not fit is wrong usage, and better said before the server starts.</summary>
    private static void LoadChampion(PipelineModel pipeline) => new OnnxModelCatalog().Load(pipeline, pipeline.Route.Champion).Dispose();

    /// <summary>Each engine keeps states in a form of its own, and so in a directory of its own; the embedded one's is the directory that is asked for.</summary>
    private static string DirectoryOf(IEngineFactory factory, RunOptions options) =>
        factory.Name == "embedded" ? options.StateDirectory : Path.Combine(options.StateDirectory, factory.Name);

    private static async Task<StateFolder> OpenStateAsync(string directory, bool standby, PipelineModel pipeline, CancellationToken cancellationToken)
    {
        if (!standby)
        {
            return StateFolder.Open(directory, pipeline);
        }

        var said = false;
        while (true)
        {
            if (StateFolder.TryOpen(directory, pipeline, out var holder) is { } state)
            {
                return state;
            }

            if (!said)
            {
                said = true;
                await Console.Error.WriteLineAsync($"standing by for pipeline {pipeline.Name}: process {holder} serves it");
            }

            await Task.Delay(StandbyPoll, TimeProvider.System, cancellationToken);
        }
    }
}
