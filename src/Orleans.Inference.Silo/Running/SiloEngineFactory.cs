using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Dashboard;
using Orleans.Inference.Api.Health;
using Orleans.Inference.Commands.Running;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;
using Orleans.Inference.Silo.Settings;

namespace Orleans.Inference.Silo.Running;

/// <summary>The engine <c>orleans</c> with its silo, which lives in the program's server: one process is one silo with the whole HTTP API and Orleans' dashboard.</summary>
internal sealed class SiloEngineFactory : IEngineFactory, IHostExtension
{
    private const string DashboardPath = "/orleans";

    private readonly OrleansEngineFactory _engines;
    private readonly TimeProvider _time;
    private readonly List<IScoringEngine> _made = [];
    private IServiceProvider? _services;
    private SiloState? _state;

    public SiloEngineFactory(ILoggerFactory loggers, TimeProvider time)
    {
        _time = time;
        _engines = new OrleansEngineFactory(() => _services ?? throw new InvalidOperationException("An engine starts after its silo."), loggers);
    }

    public string Name => _engines.Name;

    public IScoringEngine CreateEngine(PipelineModel pipeline, EngineParts parts, EngineOptions options)
    {
        var engine = _engines.CreateEngine(pipeline, parts, options);
        _made.Add(engine);
        return engine;
    }

    public IReplayEngine CreateReplay(PipelineModel pipeline, IModelCatalog models, IBatchOutput output, EngineOptions options) =>
        _engines.CreateReplay(pipeline, models, output, options);

    public void Configure(WebApplicationBuilder builder)
    {
        var settings = SiloSettings.Read(builder.Configuration);
        SiloPorts.Check(settings.Clustering);
        SiloLogging.Configure(builder.Logging, builder.Configuration);
        builder.UseOrleans(silo => silo.AddInferenceSilo(settings, builder.Configuration));

        // Stops after the web server, which is added later, and before the silo, which has been.
        builder.Services.AddHostedService(_ => new EnginesBeforeSilo(_made, _time));
        builder.Services.AddSingleton(services => _state ??= ActivatorUtilities.CreateInstance<SiloState>(services, settings.Clustering.LeaveDelay, _time));
        builder.Services.AddSingleton<IReadinessCheck>(services => services.GetRequiredService<SiloState>());

        // The program hears signals itself. This one would close the server at once, and load balancers would learn from failed requests.
        builder.Services.AddSingleton<IHostLifetime, UnmovedLifetime>();
    }

    public void Map(WebApplication app)
    {
        _services = app.Services;
        app.Services.GetRequiredService<SiloState>();
        app.MapOrleansDashboard(DashboardPath).ExcludeFromDescription();
    }

    public Task LeaveAsync() => _state?.LeaveAsync() ?? Task.CompletedTask;
}
