using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Orleans.Inference.Commands.Simulation;

namespace Orleans.Inference.Commands.Tests.Simulation;

public sealed class SimulateCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulate-");
    private readonly StringWriter _errors = new();
    private readonly MemoryStream _output = new();

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _errors.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Run_Count_WritesThatManyLines()
    {
        Assert.Equal(0, await RunAsync(new SimulateOptions { Pipeline = "fraud", Count = 2_500 }));
        var lines = Encoding.UTF8.GetString(_output.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(2_500, lines.Length);
        Assert.Equal("t-000002499", JsonDocument.Parse(lines[^1]).RootElement.GetProperty("transaction_id").GetString());
        Assert.Empty(_errors.ToString());
    }

    [Fact]
    public async Task Run_CountOfZero_WritesNothing()
    {
        Assert.Equal(0, await RunAsync(new SimulateOptions { Pipeline = "fraud", Count = 0 }));
        Assert.Equal(0, _output.Length);
    }

    [Fact]
    public async Task Run_Seed_ChangesTheStream()
    {
        await RunAsync(new SimulateOptions { Pipeline = "fraud", Count = 100, Seed = 1 });
        var first = _output.ToArray();
        _output.SetLength(0);
        await RunAsync(new SimulateOptions { Pipeline = "fraud", Count = 100, Seed = 2 });
        Assert.NotEqual(first, _output.ToArray());
    }

    [Theory]
    [InlineData("payments.csv", "transaction_id,tx_time")]
    [InlineData("payments.csv.gz", "transaction_id,tx_time")]
    [InlineData("payments.ndjson", "{\"transaction_id\"")]
    [InlineData("payments.jsonl.gz", "{\"transaction_id\"")]
    [InlineData("payments.JSON", "{\"transaction_id\"")]
    public async Task Run_File_HasTheFormatOfItsName(string name, string begin)
    {
        var path = Path.Combine(_folder.FullName, name);
        Assert.Equal(0, await RunAsync(new SimulateOptions { Pipeline = "fraud", Count = 3_000, Output = path }));
        await using var file = File.OpenRead(path);
        var isCompressed = name.EndsWith(".gz", StringComparison.Ordinal);
        await using Stream stream = isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith(begin, text, StringComparison.Ordinal);
        Assert.Equal(name.Contains("csv", StringComparison.Ordinal) ? 3_001 : 3_000, text.Count(character => character == '\n'));
        Assert.Equal(0, _output.Length);
    }

    [Fact]
    public async Task Run_Rate_SendsInRealTimeWithTheWallClocksTimes()
    {
        var clock = new LeapingClock(new DateTimeOffset(2026, 7, 1, 3, 0, 0, TimeSpan.Zero));
        var delays = new List<TimeSpan>();
        var sent = new List<Payment>();
        var exit = await RunAsync(
            new SimulateOptions
            {
                Pipeline = "fraud",
                Rate = 100,
                Count = 1_000,
                Receiver = (payments, _) =>
                {
                    sent.AddRange(payments.Span);
                    delays.Add(clock.GetUtcNow().UtcDateTime - payments.Span[0].Time);
                    return ValueTask.CompletedTask;
                },
            },
            clock);
        Assert.Equal(0, exit);
        Assert.Equal(1_000, sent.Count);
        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromMilliseconds(100)));
        Assert.Equal(10, (sent[^1].Time - new DateTime(2026, 7, 1, 3, 0, 0, DateTimeKind.Utc)).TotalSeconds, 2.0);
    }

    [Fact]
    public async Task Run_RateAgainLater_GoesOnWithHigherNumbers()
    {
        var first = await FirstNumberAsync(new DateTimeOffset(2026, 7, 1, 23, 59, 0, TimeSpan.Zero));
        var second = await FirstNumberAsync(new DateTimeOffset(2026, 7, 2, 0, 1, 0, TimeSpan.Zero));
        Assert.Equal(2 * 60 * 100, second - first, 500.0);

        async Task<long> FirstNumberAsync(DateTimeOffset now)
        {
            var numbers = new List<long>();
            await RunAsync(
                new SimulateOptions
                {
                    Pipeline = "fraud",
                    Rate = 100,
                    Count = 1,
                    Receiver = (payments, _) =>
                    {
                        numbers.Add(payments.Span[0].Number);
                        return ValueTask.CompletedTask;
                    },
                },
                new LeapingClock(now));
            return numbers[0];
        }
    }

    [Fact]
    public async Task Run_Cancelled_EndsWithWhatWasMade()
    {
        using var stop = new CancellationTokenSource();
        var received = 0;
        var options = new SimulateOptions
        {
            Pipeline = "fraud",
            Rate = 1000,
            Receiver = (payments, _) =>
            {
                received += payments.Length;
                return received > 500 ? new ValueTask(stop.CancelAsync()) : ValueTask.CompletedTask;
            },
        };
        Assert.Equal(0, await RunAsync(options, new LeapingClock(new DateTimeOffset(2026, 7, 1, 3, 0, 0, TimeSpan.Zero)), stop.Token));
        Assert.InRange(received, 501, 1_000);
    }

    [Theory]
    [InlineData("maintenance", "in this release")]
    [InlineData("recommendations", "in this release")]
    [InlineData("weather", "allowed: fraud")]
    public async Task Run_OtherPipeline_IsRefusedByName(string pipeline, string reason)
    {
        Assert.Equal(2, await RunAsync(new SimulateOptions { Pipeline = pipeline, Count = 1 }));
        Assert.Contains(pipeline, _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains(reason, _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "--rate N")]
    [InlineData(0.0, null, "--rate")]
    [InlineData(double.NaN, null, "--rate")]
    [InlineData(1e7, null, "--rate")]
    [InlineData(null, -1L, "--count")]
    public async Task Run_WrongNumbers_AreRefused(double? rate, long? count, string named)
    {
        Assert.Equal(2, await RunAsync(new SimulateOptions { Pipeline = "fraud", Rate = rate, Count = count }));
        Assert.Contains(named, _errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("payments.parquet", ".csv")]
    [InlineData("missing/payments.csv", "missing")]
    public async Task Run_FileThatCannotBe_IsNamed(string name, string reason)
    {
        var path = Path.Combine(_folder.FullName, name);
        Assert.Equal(2, await RunAsync(new SimulateOptions { Pipeline = "fraud", Count = 1, Output = path }));
        Assert.Contains(path, _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains(reason, _errors.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(SimulateOptions options, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        new SimulateCommand(_errors).RunAsync(options, _output, clock ?? TimeProvider.System, cancellationToken);

    /// <summary>A clock that stands still until someone waits, and then leaps to the end of the wait.</summary>
    private sealed class LeapingClock(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset _now = now;

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero)
            {
                _now += dueTime;
                ThreadPool.QueueUserWorkItem(_ => callback(state));
            }

            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
