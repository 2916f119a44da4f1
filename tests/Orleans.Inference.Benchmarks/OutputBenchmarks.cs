using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Orleans.Inference.Delivery;
using Orleans.Inference.Entities;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Benchmarks;

/// <summary>What a prediction costs on its way out, and the hash that every key takes on its way in.</summary>
public class OutputBenchmarks
{
    private static readonly long Midnight = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private readonly ArrayBufferWriter<byte> _body = new(4096);
    private readonly byte[] _encoded = new byte[4096];
    private readonly byte[] _key = "C000123"u8.ToArray();
    private Utf8JsonWriter _writer = null!;
    private PredictionJson _json = null!;
    private float[] _features = [];

    [GlobalSetup]
    public void Open()
    {
        var pipeline = FraudPipeline.Load();
        _json = new PredictionJson(pipeline);
        _writer = new Utf8JsonWriter(_body, new JsonWriterOptions { SkipValidation = true });
        _features = [12.5f, 0, 1, 3, 41.87333f, 17, 39.412f, 61, 40.0071f, 5, 0, 33, 0.03030303f, 140, 0.0142857f];
    }

    [Benchmark]
    public int PredictionToJson()
    {
        _body.ResetWrittenCount();
        _writer.Reset();
        _json.Write(_writer, Prediction());
        _writer.Flush();
        return _body.WrittenCount;
    }

    [Benchmark]
    public int PredictionToBytes() => PredictionCodec.Encode(Prediction(), _encoded);

    [Benchmark]
    public ulong HashOfAKey() => XxHash64.Hash(_key);

    private Prediction Prediction() => new()
    {
        Sequence = 1234,
        EventId = "t-000001234"u8,
        Entity = _key,
        Outcome = Outcome.Scored,
        Score = 0.0123f,
        Version = 2,
        Variant = Variant.Champion,
        Revision = 1,
        EventTime = Midnight,
        ReceivedAt = Midnight + TimeSpan.TicksPerSecond,
        ScoredAt = Midnight + TimeSpan.TicksPerSecond + 19_000,
        Source = new PartitionOffset(3, 1234),
        Features = _features,
    };
}
