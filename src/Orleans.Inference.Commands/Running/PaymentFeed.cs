using System.Buffers;
using Orleans.Inference.Commands.Simulation;

namespace Orleans.Inference.Commands.Running;

/// <summary>
/// Feeds simulated payments to a running pipeline: at its first start 40 days at full speed, so that long windows are full, then as many a second as asked for, with the wall
/// clock. Each payment carries its truth, which the features of later ones may use.
/// </summary>
internal sealed class PaymentFeed
{
    // 30,000 a day fill the windows of the demonstration and are read in a few seconds.
    private const double HistoryPerDay = 30_000;

    // History's numbers start here, so that they never meet those of the live stream, which follow from the wall clock.
    private const long HistoryNumbers = 100_000_000_000;

    // Of some 150 bytes each over four partitions: far below the 5 MB a partition at which the development broker drops records.
    private const int InFlight = 40_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly PipelineRun _run;
    private readonly ArrayBufferWriter<byte> _value = new(256);
    private readonly ArrayBufferWriter<byte> _key = new(16);

    private PaymentFeed(PipelineRun run)
    {
        _run = run;
    }

    public static async Task RunAsync(PipelineRun run, double rate, bool withHistory, CancellationToken cancellationToken)
    {
        try
        {
            await WaitUntilReadyAsync(run, cancellationToken);
            var feed = new PaymentFeed(run);
            if (withHistory)
            {
                await feed.SendHistoryAsync(rate, cancellationToken);
            }

            var options = new SimulateOptions { Pipeline = "fraud", Rate = rate, Receiver = feed.SendLiveAsync };
            await new SimulateCommand(Console.Error).RunAsync(options, Stream.Null, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private static async Task WaitUntilReadyAsync(PipelineRun run, CancellationToken cancellationToken)
    {
        while (!run.Engine.Readiness.IsReady)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }

    private async Task SendHistoryAsync(double rate, CancellationToken cancellationToken)
    {
        var progress = HistoryProgress.Open(_run.StatePath, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-HistoryProgress.Days));
        if (progress.IsDone)
        {
            return;
        }

        var simulator = new PaymentSimulator(PaymentSimulationOptions.ForRate(rate) with
        {
            Start = DateOnly.FromDateTime(progress.From),
            FirstNumber = HistoryNumbers,
            PaymentsPerDay = HistoryPerDay,
            Rhythm = true,
        });
        var started = TimeProvider.System.GetTimestamp();
        var sent = progress.Sent;
        await Console.Error.WriteLineAsync($"replaying {HistoryProgress.Days} simulated days");
        foreach (var chunk in simulator.From(progress.Sent).TakeWhile(payment => payment.Time < progress.To).Chunk(InFlight))
        {
            foreach (var payment in chunk)
            {
                Produce(payment);
            }

            await _run.Producer!.FlushAsync(cancellationToken);
            await WaitUntilScoredAsync(sent += chunk.Length, progress, cancellationToken);
        }

        progress.Complete();
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        await Console.Error.WriteLineAsync($"replayed {sent:N0} payments in {seconds:F1} s; now in real time");
    }

    /// <summary>Keeps the backlog on the development broker small: the next chunk goes out when this one has been scored.</summary>
    private async Task WaitUntilScoredAsync(long sent, HistoryProgress progress, CancellationToken cancellationToken)
    {
        var waited = TimeProvider.System.GetTimestamp();
        while (_run.Engine.Figures is { } figures && figures.Scored + figures.Fallback + figures.Late + figures.Rejected + figures.Failed < sent - progress.SentBefore)
        {
            if (TimeProvider.System.GetElapsedTime(waited) > Patience)
            {
                throw new InferenceException("The engine does not take the simulated payments; see its log.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
        }

        progress.Report(sent);
    }

    private async ValueTask SendLiveAsync(ReadOnlyMemory<Payment> payments, CancellationToken cancellationToken)
    {
        if (_run.Producer is not null)
        {
            foreach (var payment in payments.Span)
            {
                Produce(payment);
            }

            return;
        }

        var events = new List<ReadOnlyMemory<byte>>(payments.Length);
        foreach (var payment in payments.Span)
        {
            _value.ResetWrittenCount();
            PaymentWriter.WriteJson(payment, _value, withTruth: true);
            events.Add(_value.WrittenSpan.ToArray());
        }

        await _run.Engine.SubmitAsync(events, waitUntilScored: true, cancellationToken);
    }

    private void Produce(in Payment payment)
    {
        _value.ResetWrittenCount();
        _key.ResetWrittenCount();
        PaymentWriter.WriteJson(payment, _value, withTruth: true);
        PaymentWriter.WriteCustomer(payment, _key);
        _run.Producer!.Produce(_run.Engine.Pipeline.Source.Topic, _key.WrittenSpan, _value.WrittenSpan);
    }
}
