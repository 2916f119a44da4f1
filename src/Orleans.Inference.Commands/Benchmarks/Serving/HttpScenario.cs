using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Api;
using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Benchmarks.Live;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands.Benchmarks.Serving;

/// <summary>
/// How fast predictions are read: <c>GET predictions/{entity}</c> against an endpoint of the same server that answers with the same bytes, already made.
/// </summary>
internal sealed class HttpScenario : IBenchScenario
{
    private const int Connections = 16;
    private const string BarePath = "/bare";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public string Name => "http";

    public async Task MeasureAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        await BenchRun.SettleAsync();
        await using var live = await LiveRun.StartAsync(
            run, run.Pipeline, run.EngineOptions, run.CreateFolder("state"), source: null, sink: null, cancellationToken);
        var entities = await ScoreAsync(live.Engine, cancellationToken);
        await using var app = Build(live.Engine);
        var body = Array.Empty<byte>();
        app.MapInferenceApi();
        app.MapGet(BarePath, () => Results.Bytes(body, "application/json"));
        await app.StartAsync(cancellationToken);
        var address = new Uri(app.Urls.First());
        var server = new IPEndPoint(IPAddress.Loopback, address.Port);
        string[] predictions = [.. entities.Select(entity => $"/v1/pipelines/{run.Pipeline.Name}/predictions/{entity}")];
        string[] bare = [.. predictions.Select(_ => BarePath)];
        using (var client = new HttpClient())
        {
            body = await client.GetByteArrayAsync(new Uri(address, predictions[0]), cancellationToken);
        }

        await HttpLoad.MeasureAsync(server, bare, run.Sized(WarmUp), cancellationToken);
        await HttpLoad.MeasureAsync(server, predictions, run.Sized(WarmUp), cancellationToken);
        for (var i = 0; i < run.Options.Runs; i++)
        {
            var bareRate = await HttpLoad.MeasureAsync(server, bare, run.Sized(Duration), cancellationToken);
            var rate = await HttpLoad.MeasureAsync(server, predictions, run.Sized(Duration), cancellationToken);
            figures.Add("predictions", "1/s", rate);
            figures.Add("bare endpoint", "1/s", bareRate);
            figures.Add("share of the bare endpoint", "", rate / bareRate, Goal.AtLeast(0.6));
            figures.Add("size of an answer", "bytes", body.Length);
            run.Say($"http {i + 1}/{run.Options.Runs}: {rate:N0} requests/s");
        }

        await app.StopAsync(cancellationToken);
    }

    private static WebApplication Build(IScoringEngine engine)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(engine);
        builder.Services.AddInferenceApi();
        return builder.Build();
    }

    /// <summary>Scores payments of as many customers as there are connections, and returns the customers.</summary>
    private static async Task<IReadOnlyList<string>> ScoreAsync(IScoringEngine engine, CancellationToken cancellationToken)
    {
        var value = new ArrayBufferWriter<byte>(512);
        var customers = new List<string>();
        foreach (var payment in SpreadPayments.Make(Connections, Connections, Connections, TimeSpan.FromDays(1)))
        {
            value.ResetWrittenCount();
            PaymentWriter.WriteJson(payment, value, withTruth: true);
            await engine.ScoreAsync(value.WrittenMemory.ToArray(), default, cancellationToken);
            customers.Add($"C{payment.Customer:D6}");
        }

        return customers;
    }
}
