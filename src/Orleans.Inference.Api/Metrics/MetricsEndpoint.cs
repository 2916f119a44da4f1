using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Orleans.Inference.Api.Metrics;

/// <summary>The metrics for Prometheus to fetch.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", Get)
        .WithName("metrics").WithTags("Health")
        .WithSummary("Metrics in Prometheus' text format")
        .Produces<string>(StatusCodes.Status200OK, "text/plain");

    internal static ContentHttpResult Get(PrometheusExporter exporter) => TypedResults.Text(exporter.Collect(), PrometheusText.ContentType);
}
