using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Grains.Scoring;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Grains.Engine;

/// <summary>A replay through the grains of one silo in this process: entities and scoring as in a cluster, without delivery and commits.</summary>
internal sealed class OrleansReplay : IReplayEngine
{
    private const int Batches = 4;

    /// <summary>Batches after which entities are saved, to this process's memory: they then forget the events, and memory does not grow with them.</summary>
    private const int BatchesUnsaved = 64;

    private readonly IBatchOutput _output;
    private readonly IHost _host;
    private readonly SiloPipeline _local;
    private readonly EntityCalls _entities;
    private readonly TouchedEntities _touched;
    private readonly BlockingCollection<EventBatch> _pool = [];
    private readonly BlockingCollection<EventBatch> _submitted = [];
    private readonly CancellationTokenSource _failed = new();
    private readonly Task _run;
    private long _offset;

    public OrleansReplay(PipelineModel pipeline, IModelCatalog models, IBatchOutput output, EngineOptions options)
    {
        _output = output;
        _host = StartSilo();
        var parts = new EngineParts { Models = models, Store = null!, Journal = null! };
        _local = new SiloPipeline(
            pipeline, parts, options, new MemoryEntityStore(), _host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress,
            _host.Services.GetRequiredService<IGrainFactory>(), _host.Services.GetRequiredService<ILogger<OrleansReplay>>());
        _host.Services.GetRequiredService<SiloPipelines>().Add(_local);
        _entities = new EntityCalls(_local);
        _touched = new TouchedEntities(_local.Options.BatchLimit);
        for (var i = 0; i < Batches; i++)
        {
            _pool.Add(new EventBatch(pipeline, options.BatchLimit));
        }

        _run = Task.Run(RunAsync);
    }

    public EventBatch Rent()
    {
        try
        {
            return _pool.Take(_failed.Token);
        }
        catch (OperationCanceledException)
        {
            _run.GetAwaiter().GetResult();
            throw;
        }
    }

    public void Submit(EventBatch batch) => _submitted.Add(batch);

    public Task DrainAsync()
    {
        _submitted.CompleteAdding();
        return _run;
    }

    public async ValueTask DisposeAsync()
    {
        _submitted.CompleteAdding();
        await _failed.CancelAsync();
        await _run.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _host.StopAsync();
        _host.Dispose();
        _pool.Dispose();
        _submitted.Dispose();
        _failed.Dispose();
    }

    private async Task RunAsync()
    {
        var finished = Task.CompletedTask;
        var unsaved = 0;
        try
        {
            foreach (var batch in _submitted.GetConsumingEnumerable(_failed.Token))
            {
                // The files are one input; the row's place in it is its offset.
                for (var row = 0; row < batch.Count; row++)
                {
                    batch.Sources[row] = new Delivery.PartitionOffset(0, _offset++);
                }

                await _entities.ApplyAsync(batch, input: 0, committed: long.MaxValue, _touched, _failed.Token);
                _touched.Clear(batch.Count);
                if (++unsaved == BatchesUnsaved)
                {
                    await _local.Writer.FlushAsync();
                    unsaved = 0;
                }

                finished = FinishAsync(finished, batch);
            }
        }
        catch (OperationCanceledException) when (_failed.IsCancellationRequested)
        {
            // What has failed says why, below.
        }

        await finished;
    }

    private async Task FinishAsync(Task previous, EventBatch batch)
    {
        try
        {
            await _local.ScoringGrain.ScoreAsync(new ScoringWork(batch, null));
            await previous;
            _output.Emit(batch);
        }
        catch
        {
            await _failed.CancelAsync();
            throw;
        }

        batch.Clear();
        _pool.Add(batch);
    }

    private static IHost StartSilo()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0);
            silo.AddInference();
        });
        var host = builder.Build();
        host.StartAsync().GetAwaiter().GetResult();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
