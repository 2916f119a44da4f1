using BenchmarkDotNet.Attributes;
using Orleans.Inference.Aggregates;
using Orleans.Inference.Windows;

namespace Orleans.Inference.Benchmarks;

/// <summary>What an event costs its entities: an exact sum's step, and all windows of a customer together.</summary>
public class FoldingBenchmarks
{
    private const long Step = TimeSpan.TicksPerHour;
    private readonly double[] _amounts = [.. FraudPipeline.Simulate().Take(FraudPipeline.Payments).Select(payment => payment.Amount)];
    private readonly long[] _row = new long[8];
    private EntityWindows _windows = null!;
    private float[] _features = [];
    private int _words;
    private long _time;

    [GlobalSetup]
    public void Fill()
    {
        var pipeline = FraudPipeline.Load();
        var plan = FoldPlan.Create(pipeline, entityType: 0);
        _words = 1 + plan.Values.Length + (plan.Conditions.Length > 0 ? 1 : 0);
        _windows = new EntityWindows(plan);
        _features = new float[pipeline.Features.Count];
        _time = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

        // As many as the longest window holds: from here on as many leave as come.
        for (var i = 0; i < 2; i++)
        {
            WindowsOfACustomer();
        }
    }

    [Benchmark(OperationsPerInvoke = FraudPipeline.Payments)]
    public double ExactSumAddAndRemove()
    {
        var sum = default(ExactSum);
        for (var i = 0; i < _amounts.Length; i++)
        {
            sum.Add(_amounts[i]);
            if (i >= 32)
            {
                sum.Remove(_amounts[i - 32]);
            }
        }

        return sum.ToDouble();
    }

    [Benchmark(OperationsPerInvoke = FraudPipeline.Payments)]
    public float WindowsOfACustomer()
    {
        foreach (var amount in _amounts)
        {
            _time += Step;
            _row[0] = _time;
            _row[1] = BitConverter.DoubleToInt64Bits(amount);
            _windows.Apply(_row.AsSpan(0, _words), _features);
            _windows.Trim(_time);
        }

        return _features[^1];
    }
}
