using System.Net;
using System.Text.Json;

namespace Orleans.Inference.EndToEnd;

/// <summary><c>inference run</c> as a process, and its HTTP door.</summary>
internal sealed class RunningEngine : IAsyncDisposable
{
    private readonly string _pipeline;
    private readonly HttpClient _http = new() { Timeout = Bounds.Work * 2 };

    private RunningEngine(ChildProcess process, string pipeline)
    {
        Process = process;
        _pipeline = pipeline;
    }

    public ChildProcess Process { get; }

    public HttpClient Http => _http;

    public static RunningEngine Start(PipelineFiles files, string? kafka, params string[] more) =>
        Start(new Dictionary<string, string>(), files, kafka, more);

    /// <summary>Starts it with settings from the environment.</summary>
    public static RunningEngine Start(IReadOnlyDictionary<string, string> environment, PipelineFiles files, string? kafka, params string[] more) => new(
        ProgramProcess.Start(
        environment,
        [
            "run", files.Folder, "--state", files.State, "--urls", "http://127.0.0.1:0",
            .. kafka is null ? (string[])["--no-kafka"] : ["--kafka", kafka],
            .. more,
        ]),
        files.Name);

    /// <summary>The server listens; the engine may still be starting.</summary>
    public async Task ListeningAsync() => _http.BaseAddress ??= new Uri(await Process.FirstLineAsync());

    public async Task ReadyAsync()
    {
        await ListeningAsync();
        var answer = "";
        await Bounds.UntilAsync(
            async () =>
            {
                using var response = await _http.GetAsync("/health/ready");
                answer = await response.Content.ReadAsStringAsync();
                return response.StatusCode == HttpStatusCode.OK;
            },
            Bounds.Start,
            () => $"{_pipeline} ready; it answers {answer} and said {Process.Said}");
    }

    /// <summary>Waits until a source partition has been scored up to an offset.</summary>
    public async Task PassedAsync(int partition, long offset)
    {
        using var response = await _http.GetAsync($"/v1/pipelines/{_pipeline}/predictions/nobody?minOffset={partition}:{offset}&timeout=40s");
        Assert.True(
            response.StatusCode == HttpStatusCode.NotFound,
            $"{_pipeline} partition {partition} offset {offset}: {await response.Content.ReadAsStringAsync()} {Process.Said}");
    }

    /// <summary>An entity's state as the server shows it; null when it is unknown.</summary>
    public Task<JsonDocument?> EntityAsync(string type, string key) => GetAsync($"entities/{type}/{key}");

    public Task<JsonDocument?> LatestAsync(string customer) => GetAsync($"predictions/{customer}");

    public async Task<JsonDocument?> GetAsync(string path)
    {
        using var response = await _http.GetAsync($"/v1/pipelines/{_pipeline}/{path}");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text} {Process.Said}");
        return JsonDocument.Parse(text);
    }

    public Task<HttpResponseMessage> PostAsync(string path, byte[] body, string type = "application/json") =>
        _http.PostAsync($"/v1/pipelines/{_pipeline}/{path}", new ByteArrayContent(body) { Headers = { ContentType = new(type) } });

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }
}
