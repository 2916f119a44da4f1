using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Api;
using Orleans.Inference.Engines;
using Orleans.Inference.Scoring;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Commands.Running;

/// <summary>The server: engines, the HTTP API over them, and simulated payments if asked for, until SIGTERM or Ctrl-C.</summary>
internal static class RunHost
{
    public static async Task<int> RunAsync(
        RunOptions options, Func<ILoggerFactory, IReadOnlyList<IEngineFactory>> engines, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals(cancellationToken);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseUrls(options.Urls);
        builder.Logging.ClearProviders();
        ProgramLogging.Configure(builder.Logging, builder.Configuration);

        // What keeps the server from starting is said in one line, below.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        var keys = AuthSettings.Read(builder.Configuration);
        ListenAddress.Check(options.Urls, builder.Configuration, hasKeys: !keys.IsEmpty);
        using var loggers = LoggerFactory.Create(logging => ProgramLogging.Configure(logging, builder.Configuration));
        var factory = EngineChoice.Find(engines(loggers), options.Engine);
        var extension = factory as IHostExtension;
        extension?.Configure(builder);
        using var meter = new InferenceMeter();
        using var kafka = KafkaChoice.Make(options, builder.Configuration, loggers);
        var runs = new List<PipelineRun>();
        try
        {
            foreach (var folder in options.Pipelines)
            {
                runs.Add(await PipelineRun.CreateAsync(folder, options, kafka.Transport, factory, meter, signals.Token));
                builder.Services.AddSingleton(runs[^1].Engine);
            }

            builder.Services.AddInferenceApi(meter, keys);
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
            await using var app = builder.Build();
            app.MapInferenceApi();
            extension?.Map(app);
            using var stop = new CancellationTokenSource();
            await using var leave = signals.Token.Register(() => _ = LeaveAsync(extension, stop));
            return await ServeAsync(app, runs, options, kafka, stop.Token);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            // Told to stop before it served.
            return ExitCode.Done;
        }
        catch (ModelException exception)
        {
            throw new CommandException(ExitCode.Usage, exception.Message);
        }
        finally
        {
            foreach (var run in runs)
            {
                await run.DisposeAsync();
            }
        }
    }

    /// <summary>What the order to stop waits for before it is carried out.</summary>
    private static async Task LeaveAsync(IHostExtension? extension, CancellationTokenSource stop)
    {
        if (extension is not null)
        {
            await extension.LeaveAsync();
        }

        await stop.CancelAsync();
    }

    private static async Task<int> ServeAsync(
        WebApplication app, List<PipelineRun> runs, RunOptions options, KafkaChoice kafka, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
        {
            throw new CommandException(ExitCode.Usage, $"--urls {options.Urls}: {exception.Message}");
        }

        var lifetime = app.Lifetime;
        foreach (var run in runs)
        {
            await run.Engine.StartAsync(CancellationToken.None);
        }

        if (kafka.BrokerAddress is { } address)
        {
            await Console.Error.WriteLineAsync($"development broker on {address}");
        }

        await Console.Out.WriteLineAsync(app.Urls.First());
        var simulation = options.Simulate is { } rate
            ? PaymentFeed.RunAsync(runs[0], rate, kafka.IsDevelopmentBroker, lifetime.ApplicationStopping)
            : Task.CompletedTask;
        var failed = Task.WhenAny([.. runs.Select(run => run.Engine.Completion), FaultOf(simulation)]);
        var stopped = app.WaitForShutdownAsync(cancellationToken);
        var fault = await Task.WhenAny(failed, stopped) == failed ? await failed : Task.CompletedTask;
        lifetime.StopApplication();
        await simulation.ContinueWith(static _ => { }, TaskScheduler.Default);
        var isDrained = true;
        foreach (var run in runs)
        {
            isDrained &= await run.StopAsync();
        }

        await stopped;
        if (fault.Exception?.InnerException is { } cause)
        {
            await Console.Error.WriteLineAsync(cause.Message);
            return ExitCode.Rejected;
        }

        return isDrained ? ExitCode.Done : ExitCode.Rejected;
    }

    /// <summary>Completes when a task has failed, and never when it ends well.</summary>
    private static async Task FaultOf(Task task)
    {
        await task;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }
}
