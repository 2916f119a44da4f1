using BenchmarkDotNet.Attributes;
using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;

namespace Orleans.Inference.Benchmarks;

/// <summary>UTF-8 into typed columns, an event.</summary>
public class DecodingBenchmarks
{
    private readonly byte[][] _json = FraudPipeline.Json();
    private readonly byte[] _csv = FraudPipeline.Csv();
    private readonly CsvRecordReader _reader = new();
    private EventBatch _batch = null!;
    private JsonEventDecoder _jsonDecoder = null!;
    private CsvEventDecoder _csvDecoder = null!;
    private int _header;

    [GlobalSetup]
    public void Open()
    {
        var pipeline = FraudPipeline.Load();
        _batch = new EventBatch(pipeline, FraudPipeline.Payments);
        _jsonDecoder = new JsonEventDecoder(pipeline);
        _reader.TryRead(_csv, isEnd: true, out _header);
        _csvDecoder = CsvEventDecoder.TryCreate(pipeline, _reader, _csv, out _)!;
    }

    [Benchmark(OperationsPerInvoke = FraudPipeline.Payments)]
    public int Json()
    {
        _batch.Clear();
        for (var i = 0; i < _json.Length; i++)
        {
            _jsonDecoder.Decode(_batch, _json[i], new PartitionOffset(0, i), 0);
        }

        return _batch.Count;
    }

    [Benchmark(OperationsPerInvoke = FraudPipeline.Payments)]
    public int Csv()
    {
        _batch.Clear();
        var rest = _csv.AsSpan(_header);
        while (_batch.Count < FraudPipeline.Payments && _reader.TryRead(rest, isEnd: true, out var consumed))
        {
            _csvDecoder.Decode(_batch, _reader, rest, consumed, new PartitionOffset(0, _batch.Count), 0);
            rest = rest[consumed..];
        }

        return _batch.Count;
    }
}
