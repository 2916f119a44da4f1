using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Tests.Clusters;
using Orleans.Inference.Kafka;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using static Orleans.Inference.Conformance.Engines.Payments;

namespace Orleans.Inference.Grains.Tests.Delivery;

/// <summary>A cluster that scores payments from a development broker, over a store that outlives its silos.</summary>
internal sealed partial class PaymentCluster : IAsyncDisposable
{
    public const int Partitions = 4;

    private readonly EnginePipeline _pipeline;
    private readonly DevelopmentBroker _broker;
    private readonly KafkaTransport _transport;
    private readonly KafkaEventProducer _producer;
    private readonly IEventProducer _payments;
    private readonly List<byte[]>[] _sent = [.. Enumerable.Range(0, Partitions).Select(_ => new List<byte[]>())];

    private PaymentCluster(EnginePipeline pipeline, DevelopmentBroker broker, KafkaTransport transport, TestSilos silos)
    {
        _pipeline = pipeline;
        _broker = broker;
        _transport = transport;
        Silos = silos;
        _producer = transport.CreateProducer();
        _payments = _producer.ForTopic(_pipeline.Model.Source.Topic);
    }

    public TestSilos Silos { get; }

    public PipelineModel Pipeline => _pipeline.Model;

    /// <summary>What has been sent to each partition, in its order.</summary>
    public IReadOnlyList<IReadOnlyList<byte[]>> Sent
    {
        get
        {
            lock (_sent)
            {
                return [.. _sent.Select(partition => partition.ToArray())];
            }
        }
    }

    /// <summary>How many have been sent.</summary>
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

    public static async Task<PaymentCluster> StartAsync(int silos, Action<ISiloBuilder>? configure = null, EngineOptions? options = null)
    {
        var broker = DevelopmentBroker.Start();
        broker.CreateTopic(new TopicSpec("payments", Partitions));
        var transport = new KafkaTransport(broker.Settings, NullLoggerFactory.Instance, TimeProvider.System);
        var store = new MemoryEntityStore();
        var pipeline = new EnginePipeline();
        var parts = new EngineParts { Models = new OnnxModelCatalog(), Store = null!, Journal = null!, Transport = transport };
        var running = await TestSilos.StartAsync(silos, pipeline.Model, parts, options ?? new EngineOptions(), silo =>
        {
            silo.AddEntityStore(_ => store);
            configure?.Invoke(silo);
        });
        await LiveEngine.UntilAsync(() => running.Engines.Values.All(engine => engine.Readiness.IsReady), "every silo's readiness");
        return new PaymentCluster(pipeline, broker, transport, running);
    }

    /// <summary>Sends payments, each to the partition of its customer, at about so many a second; completes when the broker has them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="rate">Payments a second.</param>
    /// <param name="terminalOf">The terminal of a customer's payment.</param>
    public Task SendAsync(int count, int rate, Func<int, int, string> terminalOf)
    {
        var random = new Random(SentCount + 1);
        var first = SentCount;
        return SendAsync(count, rate, i =>
        {
            var customer = random.Next(40);
            var amount = random.Next(100, 10_000) / 100.0;
            return ($"C{customer}", Payment($"p{first + i}", (first + i) / 60d, $"C{customer}", amount, terminalOf(customer, first + i)));
        });
    }

    /// <summary>Sends payments that are there already, as <see cref="SendAsync(int, int, Func{int, int, string})"/> does; those that name no customer go to one partition.</summary>
    public Task SendAsync(IReadOnlyList<byte[]> payments, int rate) => SendAsync(payments.Count, rate, i => (CustomerOf(payments[i]), payments[i]));

    /// <summary>Waits until so many payments have been sent.</summary>
    public Task SentAsync(int count) => LiveEngine.UntilAsync(() => SentCount >= count, $"{count} payments sent");

    /// <summary>What entities know the partitions by, in their order.</summary>
    public async Task<IReadOnlyList<long>> InputsAsync()
    {
        var topics = await _transport.DescribeTopicsAsync([Pipeline.Source.Topic], TestContext.Current.CancellationToken);
        return [.. Enumerable.Range(0, Partitions).Select(partition => InputId.Of(topics[0].Incarnation, partition))];
    }

    /// <summary>The predictions in the topic, once there are enough.</summary>
    /// <param name="bound">How long to wait for them.</param>
    /// <param name="except">Those of payments whose id begins with this are left out.</param>
    /// <param name="expected">How many are enough; null for one for every payment sent.</param>
    public List<(int Partition, JsonElement Value)> ReadPredictions(TimeSpan bound, string? except = null, int? expected = null)
    {
        var enough = expected ?? SentCount;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = "test",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 5,
        }).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var topic = _pipeline.Model.Sink.Topic;
        consumer.Assign(admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics.Single().Partitions
            .Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, 0)));
        var predictions = new List<(int, JsonElement)>();
        var started = TimeProvider.System.GetTimestamp();

        // A second more than needed, for what must not come.
        long? enoughAt = null;
        while (enoughAt is not { } at || TimeProvider.System.GetElapsedTime(at) < TimeSpan.FromSeconds(1))
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < bound,
                $"Waited {bound} for {enough} predictions and found {predictions.Count}: "
                + string.Join("; ", _sent.Select((sent, partition) => $"partition {partition}: {predictions.Count(found => found.Item1 == partition)} of {sent.Count}"))
                + string.Concat(Silos.Engines.Select(engine =>
                    $"\n{engine.Key}: {engine.Value.Readiness.Reason}, lag {string.Join(' ', engine.Value.Figures.ConsumerLag)}, scored {engine.Value.Figures.Scored}")));
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
            {
                var value = JsonDocument.Parse(record.Message.Value).RootElement;
                if (except is not null && value.GetProperty("eventId").GetString()!.StartsWith(except, StringComparison.Ordinal))
                {
                    continue;
                }

                predictions.Add((value.GetProperty("source").GetProperty("partition").GetInt32(), value));
                enoughAt = predictions.Count == enough ? TimeProvider.System.GetTimestamp() : enoughAt;
            }
        }

        return predictions;
    }

    /// <summary>Every payment has one prediction, and it is what Core says over its partition's order.</summary>
    public async Task AssertEqualsCoreAsync(List<(int Partition, JsonElement Value)> predictions)
    {
        var twice = predictions.GroupBy(prediction => prediction.Value.GetProperty("eventId").GetString()).Where(group => group.Count() > 1).ToList();
        Assert.True(twice.Count == 0, $"{twice.Count} payments have several predictions, the first: {string.Join('\n', twice.Take(1).SelectMany(group => group))}");
        Assert.Equal(SentCount, predictions.Count);
        var byId = predictions.ToDictionary(prediction => prediction.Value.GetProperty("eventId").GetString()!);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var expected = await ReplayRun.RunAsync(
                new EmbeddedEngineFactory(NullLoggerFactory.Instance), _pipeline.Model, _sent[partition], new EngineOptions());
            foreach (var row in expected)
            {
                var (foundIn, found) = byId[row.Id];
                Assert.Equal(partition, foundIn);
                var features = found.GetProperty("features").EnumerateObject().Select(feature => feature.Value.GetSingle()).ToArray();
                Assert.True(row.FeatureValues.SequenceEqual(features), $"{row.Id}: expected {string.Join(' ', row.FeatureValues)}, found {string.Join(' ', features)}");
                Assert.Equal(row.Score, found.GetProperty("score").GetSingle());
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Silos.DisposeAsync();
        await _producer.DisposeAsync();
        _broker.Dispose();
        _pipeline.Dispose();
    }

    /// <summary>Sends at the rate; what to send is asked for once each, in order.</summary>
    private async Task SendAsync(int count, int rate, Func<int, (string Customer, byte[] Payment)> next)
    {
        var token = TestContext.Current.CancellationToken;
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < count;)
        {
            var due = Math.Min(count, (int)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate) + 1);
            var sending = new List<Task>();
            for (; i < due; i++)
            {
                var (customer, payment) = next(i);
                sending.Add(SendAsync(customer, payment, token));
            }

            await Task.WhenAll(sending);
            await Task.Delay(TimeSpan.FromMilliseconds(2), token);
        }
    }

    private async Task SendAsync(string customer, byte[] payment, CancellationToken cancellationToken)
    {
        var position = await _payments.ProduceAsync(Encoding.UTF8.GetBytes(customer), payment, cancellationToken);
        lock (_sent)
        {
            var partition = _sent[position.Partition];
            while (partition.Count <= position.Offset)
            {
                partition.Add([]);
            }

            partition[(int)position.Offset] = payment;
        }
    }

    [GeneratedRegex("\"customer\":\"([^\"]+)\"")]
    private static partial Regex CustomerMember();

    private static string CustomerOf(byte[] payment) => CustomerMember().Match(Encoding.UTF8.GetString(payment)).Groups[1].Value;
}
