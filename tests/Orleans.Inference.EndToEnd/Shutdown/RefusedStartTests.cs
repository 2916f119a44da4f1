using System.Net;
using System.Net.Sockets;

namespace Orleans.Inference.EndToEnd.Shutdown;

/// <summary>What <c>inference run</c> refuses with exit 2 and one line that says what to do.</summary>
[Collection(nameof(Processes))]
public sealed class RefusedStartTests
{
    [Fact]
    public async Task Run_WithPortInUse_ExitsTwoAndNamesIt()
    {
        using var files = PaymentPipeline.Create("port");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (code, said) = await RunAsync(files, "--urls", $"http://127.0.0.1:{port}");

        Assert.Equal(2, code);
        Assert.Contains($"127.0.0.1:{port}", said, StringComparison.Ordinal);
        Assert.True(LinesOf(said) == 1, said);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://example.com:80")]
    [InlineData("nonsense")]
    public async Task Run_BeyondLoopback_ExitsTwo(string url)
    {
        using var files = PaymentPipeline.Create("loopback");

        var (code, said) = await RunAsync(files, "--urls", url);

        Assert.Equal(2, code);
        Assert.Contains(url, said, StringComparison.Ordinal);
        Assert.True(LinesOf(said) == 1, said);
    }

    [Fact]
    public async Task Run_WithBadPipeline_ExitsTwoWithEveryProblem()
    {
        using var files = PaymentPipeline.Create("bad");
        files.Write(PaymentPipeline.Yaml.Replace("count: \"*\"", "cuont: \"*\"", StringComparison.Ordinal));

        var (code, said) = await RunAsync(files);

        Assert.Equal(2, code);
        Assert.Contains("pipeline.yaml:", said, StringComparison.Ordinal);
        Assert.Contains("count", said, StringComparison.Ordinal);
        Assert.True(LinesOf(said) >= 2, said);
    }

    [Fact]
    public async Task Run_WithBrokenModel_ExitsTwo()
    {
        using var files = PaymentPipeline.Create("model");
        File.WriteAllText(Path.Combine(files.Folder, "1", "model.onnx"), "no model");

        var (code, said) = await RunAsync(files);

        Assert.Equal(2, code);
        Assert.Contains("model.onnx", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OnStateOfOtherFeatures_ExitsTwoAndSaysWhatToDo()
    {
        using var files = PaymentPipeline.Create("features");
        await using (var engine = RunningEngine.Start(files, kafka: null))
        {
            await engine.ReadyAsync();
            engine.Process.Signal(ChildProcess.Terminate);
            Assert.Equal(0, await engine.Process.ExitAsync());
        }

        files.Write(PaymentPipeline.Yaml.Replace("window: 40m", "window: 41m", StringComparison.Ordinal));
        var (code, said) = await RunAsync(files);

        Assert.Equal(2, code);
        Assert.Contains("--state", said, StringComparison.Ordinal);
        Assert.True(LinesOf(said) == 1, said);
    }

    [Fact]
    public async Task Run_OnStateInUse_ExitsTwo_AndStandbyTakesOverAfterAKill()
    {
        using var files = PaymentPipeline.Create("standby");
        await using var first = RunningEngine.Start(files, kafka: null);
        await first.ReadyAsync();

        var (code, said) = await RunAsync(files);
        Assert.Equal(2, code);
        Assert.True(LinesOf(said) == 1, said);

        await using var second = RunningEngine.Start(files, kafka: null, "--standby");
        await Bounds.UntilAsync(
            () => Task.FromResult(second.Process.Said.Contains("standing by", StringComparison.Ordinal)), Bounds.Start, () => $"standing by: {second.Process.Said}");
        var scored = await first.PostAsync("score?durable=true", Payment("e1"));
        Assert.Equal(HttpStatusCode.OK, scored.StatusCode);

        await first.Process.KillAsync();
        await second.ReadyAsync();
        using var latest = await second.LatestAsync("C1");
        Assert.Equal("e1", latest!.RootElement.GetProperty("eventId").GetString());
    }

    [Theory]
    [InlineData(ChildProcess.Terminate)]
    [InlineData(ChildProcess.Interrupt)]
    public async Task Standby_WhenToldToStop_ExitsZero(int signal)
    {
        using var files = PaymentPipeline.Create("standby-stop");
        await using var first = RunningEngine.Start(files, kafka: null);
        await first.ReadyAsync();
        await using var second = RunningEngine.Start(files, kafka: null, "--standby");
        await Bounds.UntilAsync(
            () => Task.FromResult(second.Process.Said.Contains("standing by", StringComparison.Ordinal)), Bounds.Start, () => $"standing by: {second.Process.Said}");

        second.Process.Signal(signal);

        Assert.Equal(0, await second.Process.ExitAsync());
    }

    internal static byte[] Payment(string id) => System.Text.Encoding.UTF8.GetBytes(
        $$"""{"id":"{{id}}","time":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ssZ}}","customer":"C1","terminal":"T1","amount":12.5}""");

    private static Task<(int Code, string Said)> RunAsync(PipelineFiles files, params string[] more) =>
        ProgramProcess.RunAsync(["run", files.Folder, "--state", files.State, "--no-kafka", .. more.Contains("--urls") ? [] : (string[])["--urls", "http://127.0.0.1:0"], .. more]);

    /// <summary>Lines that are no warnings about the pipeline.</summary>
    private static int LinesOf(string said) =>
        said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => !line.StartsWith("warning:", StringComparison.Ordinal));
}
