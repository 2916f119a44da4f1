using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Dashboard;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Entities;
using Orleans.Inference.Api.Events;
using Orleans.Inference.Api.Health;
using Orleans.Inference.Api.Metrics;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Pipelines;
using Orleans.Inference.Api.Predictions;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;
using Orleans.Inference.Api.Routes;
using Orleans.Inference.Api.Scoring;
using Orleans.Inference.Api.Streaming;
using Orleans.Inference.Engines;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Api;

/// <summary>The HTTP surface over the <see cref="IScoringEngine"/>s registered as services.</summary>
public static class InferenceApi
{
    /// <summary>
    /// Adds what the endpoints need. Counting for <c>/metrics</c> begins here, on the given meter (or a new one, then found among the services), which is
    /// the one to make the engines' <see cref="ScoringInstruments"/> with.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="meter">Null makes one.</param>
    /// <param name="keys">With keys every call but the probes and the dashboard's page needs one; null or none opens everything to whoever reaches the server.</param>
    public static IServiceCollection AddInferenceApi(this IServiceCollection services, InferenceMeter? meter = null, CallerKeys? keys = null)
    {
        meter ??= new InferenceMeter();
        var exporter = new PrometheusExporter(meter);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(meter);

        // Through a factory, so that the container disposes it.
        services.AddSingleton(_ => exporter);
        services.AddSingleton<EngineRegistry>();
        services.AddSingleton<StoppingToken>();
        services.AddCallers(keys ?? CallerKeys.None);
        services.AddTransient<IStartupFilter, ProblemStartupFilter>();
        services.AddOpenApi(ApiDocument.Name, options => ApiDocument.Configure(options, hasKeys: keys is { IsEmpty: false }));
        return services;
    }

    /// <summary>Maps every endpoint of this release, and shows the engines' gauges from now on.</summary>
    /// <exception cref="InferenceException">Two engines run pipelines of one name.</exception>
    public static IEndpointRouteBuilder MapInferenceApi(this IEndpointRouteBuilder routes)
    {
        // Made now rather than at the first request: a name that is there twice must end the start.
        routes.ServiceProvider.GetRequiredService<EngineRegistry>();
        PredictionEndpoints.Map(routes);
        StreamEndpoint.Map(routes);
        ScoreEndpoint.Map(routes);
        EventsEndpoint.Map(routes);
        EntityEndpoint.Map(routes);
        PipelineEndpoints.Map(routes);
        RouteEndpoints.Map(routes);
        HealthEndpoints.Map(routes);
        MetricsEndpoint.Map(routes);
        DashboardEndpoints.Map(routes);
        routes.MapOpenApi("/openapi/{documentName}.json");
        return routes;
    }
}
