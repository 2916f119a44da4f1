using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded;
using Orleans.Inference.Engines;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.Silo.Tests.Clusters;

/// <summary>Payments on a development broker, the pipeline that scores them, and what Core says of them.</summary>
internal sealed class PaymentTopic : IAsyncDisposable
{
    public const int Partitions = 4;
    public const int Customers = 40;

    private readonly EnginePipeline _pipeline = new();
    private readonly DevelopmentBroker _broker = DevelopmentBroker.Start();
    private readonly KafkaEventProducer _producer;
    private readonly IEventProducer _payments;
    private readonly List<byte[]>[] _sent = [.. Enumerable.Range(0, Partitions).Select(_ => new List<byte[]>())];

    public PaymentTopic()
    {
        _broker.CreateTopic(new TopicSpec(_pipeline.Model.Source.Topic, Partitions));
        _producer = new KafkaTransport(_broker.Settings, NullLoggerFactory.Instance, TimeProvider.System).CreateProducer();
        _payments = _producer.ForTopic(_pipeline.Model.Source.Topic);
    }

    public string BootstrapServers => _broker.BootstrapServers;

    public string PipelineName => _pipeline.Model.Name;

    public string PipelineFolder => _pipeline.Model.Folder;

    public string SinkTopic => _pipeline.Model.Sink.Topic;

    public int SentCount
    {
        get
        {
            lock (_sent)
            {
                return _sent.Sum(partition => partition.Count);
            }
        }
    }

    /// <summary>Sends payments, each to the partition of its customer, who is the only one at its terminals; completes when the broker has them.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="rate">Payments a second, about.</param>
    /// <param name="enough">Ends the sending before.</param>
    public async Task SendAsync(int count, int rate, CancellationToken enough = default)
    {
        var random = new Random(1);
        var started = TimeProvider.System.GetTimestamp();
        for (var number = 0; number < count && !enough.IsCancellationRequested;)
        {
            var due = Math.Min(count, (int)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate) + 1);
            var sending = new List<Task>();
            for (; number < due; number++)
            {
                var customer = $"C{random.Next(Customers)}";
                var amount = random.Next(100, 10_000) / 100.0;
                sending.Add(SendAsync(customer, Payments.Payment($"p{number}", number / 60d, customer, amount, $"T-{customer}-{number % 3}")));
            }

            await Task.WhenAll(sending);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until so many payments have been sent.</summary>
    public Task SentAsync(int count) => LiveEngine.UntilAsync(() => SentCount >= count, $"{count} payments sent");

    /// <summary>Every payment has one prediction, and it is what Core says over the order of its partition.</summary>
    /// <param name="predictions">All that were found.</param>
    /// <param name="circumstances">What to say besides when they differ.</param>
    public async Task AssertAreCoresAsync(IReadOnlyList<DeliveredPrediction> predictions, Func<string> circumstances)
    {
        var twice = predictions.CountBy(prediction => prediction.EventId).Where(count => count.Value > 1).Select(count => count.Key).ToList();
        Assert.True(twice.Count == 0, $"{twice.Count} payments have several predictions: {string.Join(' ', twice.Take(10))}");
        var byId = predictions.ToDictionary(prediction => prediction.EventId);
        for (var partition = 0; partition < Partitions; partition++)
        {
            foreach (var row in await ReplayRun.RunAsync(new EmbeddedEngineFactory(NullLoggerFactory.Instance), _pipeline.Model, _sent[partition], new EngineOptions()))
            {
                Assert.True(byId.Remove(row.Id, out var found), $"{row.Id} has no prediction");
                Assert.Equal(partition, found.Partition);
                Assert.True(
                    row.FeatureValues.SequenceEqual(found.Features),
                    $"{row.Id} of partition {partition}, {row.Entity}, scored at {found.ScoredAt:HH:mm:ss.fff}: Core has {string.Join(' ', row.FeatureValues)}, the cluster {string.Join(' ', found.Features)}{circumstances()}");
                Assert.Equal(row.Score, found.Score);
            }
        }

        Assert.Empty(byId);
    }

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        _broker.Dispose();
        _pipeline.Dispose();
    }

    private async Task SendAsync(string customer, byte[] payment)
    {
        var position = await _payments.ProduceAsync(Encoding.UTF8.GetBytes(customer), payment, TestContext.Current.CancellationToken);
        lock (_sent)
        {
            // Answers may overtake each other.
            var partition = _sent[position.Partition];
            while (partition.Count <= position.Offset)
            {
                partition.Add([]);
            }

            partition[(int)position.Offset] = payment;
        }
    }
}
