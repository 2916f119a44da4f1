namespace Orleans.Inference.EndToEnd.Reference;

/// <summary>One run of the program over the 555,712 payments, which several tests look at.</summary>
public sealed class FraudReplay : IAsyncLifetime
{
    private HandbookPipeline? _pipeline;

    /// <summary>The results with features.</summary>
    public string Output => _pipeline!.FileOf("results.csv");

    public int ExitCode { get; private set; }

    public string Errors { get; private set; } = "";

    public string StandardOutput { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (ReferenceData.Folder is not { } data || !File.Exists(Path.Combine(data, "fraud-raw.csv.gz")))
        {
            // Each test skips itself and says what is not there.
            return;
        }

        _pipeline = HandbookPipeline.WithReferenceModelOrSkip();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        string[] arguments = ["replay", _pipeline.Folder, "--input", ReferenceData.PathOrSkip("fraud-raw.csv.gz"), "--output", Output, "--features"];
        (ExitCode, StandardOutput, Errors) = await InferenceProcess.RunAsync(arguments, limit.Token);
    }

    public ValueTask DisposeAsync()
    {
        _pipeline?.Dispose();
        return ValueTask.CompletedTask;
    }
}
