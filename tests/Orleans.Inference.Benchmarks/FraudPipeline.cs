using System.Buffers;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Benchmarks;

/// <summary>The demonstration's pipeline and simulated payments for it.</summary>
internal static class FraudPipeline
{
    /// <summary>Events that one benchmarked call works through, so that its own cost does not count.</summary>
    public const int Payments = 1024;

    public static PipelineModel Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Inference.sln")))
        {
            folder = folder.Parent ?? throw new InferenceException("Run this from its place in the repository.");
        }

        var path = Path.Combine(folder.FullName, "models", "fraud");
        var file = Path.Combine(path, "pipeline.yaml");
        var reading = PipelineReader.Read(new PipelineText(path, file, File.ReadAllText(file), [1, 2]));
        return reading.Model ?? throw new InferenceException(string.Join('\n', reading.Problems));
    }

    public static IEnumerable<Payment> Simulate() => new PaymentSimulator(new PaymentSimulationOptions()).From();

    public static byte[][] Json() => [.. Simulate().Take(Payments).Select(ToJson)];

    public static byte[] Csv()
    {
        var target = new ArrayBufferWriter<byte>();
        target.Write(PaymentWriter.CsvHeader);
        foreach (var payment in Simulate().Take(Payments))
        {
            PaymentWriter.WriteCsv(payment, target);
        }

        return target.WrittenSpan.ToArray();
    }

    private static byte[] ToJson(Payment payment)
    {
        var target = new ArrayBufferWriter<byte>();
        PaymentWriter.WriteJson(payment, target, withTruth: true);
        return target.WrittenSpan.ToArray();
    }
}
