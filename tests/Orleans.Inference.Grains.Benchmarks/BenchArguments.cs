using System.Globalization;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>Arguments: <c>[--runs N] [--events N] [--customers N] [--postgres CONNECTION] [--pipeline FOLDER] [--scenario throughput|engine|latency]</c>.</summary>
internal sealed record BenchArguments
{
    public int Runs { get; init; } = 3;

    /// <summary>Measured in each run, besides as many to warm up.</summary>
    public int Events { get; init; } = 200_000;

    /// <summary>0 is the fraud data's 5,000 customers and 10,000 terminals.</summary>
    public int Customers { get; init; }

    /// <summary>What is measured: <c>throughput</c> against the others, the <c>engine</c> alone (for a profiler), or <c>latency</c>.</summary>
    public string Scenario { get; init; } = "throughput";

    public string? Postgres { get; init; }

    public string Pipeline { get; init; } = Path.Combine("models", "fraud");

    public static BenchArguments Parse(string[] args)
    {
        var arguments = new BenchArguments();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            arguments = args[i] switch
            {
                "--runs" => arguments with { Runs = Number(args[i + 1]) },
                "--events" => arguments with { Events = Number(args[i + 1]) },
                "--customers" => arguments with { Customers = Number(args[i + 1]) },
                "--scenario" => arguments with { Scenario = args[i + 1] },
                "--postgres" => arguments with { Postgres = args[i + 1] },
                "--pipeline" => arguments with { Pipeline = args[i + 1] },
                _ => throw new ArgumentException($"{args[i]}: --runs, --events, --customers, --postgres, --pipeline and --scenario are allowed"),
            };
        }

        return arguments;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
