using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Engines;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Api.Tests.Hosting;

/// <summary>The API on a real server on loopback, over recorded engines.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, InferenceMeter meter, RecordedEngine engine)
    {
        _app = app;
        Meter = meter;
        Engine = engine;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(30) };
    }

    public InferenceMeter Meter { get; }

    /// <summary>The engine of the pipeline <c>fraud</c>.</summary>
    public RecordedEngine Engine { get; }

    public HttpClient Client { get; }

    public static async Task<ApiHost> StartAsync(Action<RecordedEngine>? configure = null, TimeProvider? time = null, int feedCapacity = 1024, CallerKeys? keys = null)
    {
        var engine = new RecordedEngine(FraudPipeline.Create(), feedCapacity);
        configure?.Invoke(engine);
        var meter = new InferenceMeter();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.Services.AddInferenceApi(meter, keys);
        builder.Services.AddSingleton<IScoringEngine>(engine);
        builder.Services.AddSingleton<IScoringEngine>(new RecordedEngine(FraudPipeline.Create("maintenance")));
        var app = builder.Build();
        app.MapInferenceApi();
        await app.StartAsync();
        return new ApiHost(app, meter, engine);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(path);

    public async Task<JsonNode> GetJsonAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        Assert.True(response.IsSuccessStatusCode, $"{path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, string contentType = "application/json") =>
        Client.PostAsync(path, new StringContent(body, Encoding.UTF8, contentType));

    public Task<HttpResponseMessage> PutAsync(string path, string body) =>
        Client.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>Sends a request target as it is, past the clean-up that clients do, and gives the whole answer as text.</summary>
    public async Task<string> GetRawAsync(string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Client.BaseAddress!.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Meter.Dispose();
    }
}
