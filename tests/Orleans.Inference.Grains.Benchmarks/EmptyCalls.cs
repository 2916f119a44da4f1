using System.Globalization;
using Orleans.Concurrency;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>A grain that does nothing.</summary>
public interface IEmptyGrain : IGrainWithStringKey
{
    ValueTask CallAsync();
}

/// <summary>Calls empty grains as a partition calls its entities: a batch, then the next.</summary>
public interface IEmptyCaller : IGrainWithIntegerKey
{
    /// <param name="calls">What it calls.</param>
    /// <param name="batches">How often.</param>
    [ResponseTimeout("00:10:00")]
    ValueTask CallAsync(CallPattern calls, int batches);
}

/// <param name="InABatch">Calls of a batch.</param>
/// <param name="UnderWay">Calls that may be under way at once.</param>
/// <param name="NewShare">Share of the calls that go to a grain which has not been called before, 0 to 1; the others go to any of those that have.</param>
[GenerateSerializer, Immutable]
public sealed record CallPattern(int InABatch, int UnderWay, double NewShare);

[Orleans.Placement.PreferLocalPlacement]
internal sealed class EmptyGrain : Grain, IEmptyGrain
{
    public ValueTask CallAsync() => ValueTask.CompletedTask;
}

[Reentrant]
internal sealed class EmptyCaller : Grain, IEmptyCaller
{
    private readonly List<IEmptyGrain> _grains = [];
    private readonly Random _random = new(1);

    public async ValueTask CallAsync(CallPattern pattern, int batches)
    {
        var calls = new ValueTask[pattern.InABatch];
        for (var batch = 0; batch < batches; batch++)
        {
            var asked = 0;
            for (var call = 0; call < calls.Length; call++)
            {
                for (; asked < calls.Length && asked - call < pattern.UnderWay; asked++)
                {
#pragma warning disable CA2012 // Each is awaited once, below.
                    calls[asked] = Draw(pattern.NewShare).CallAsync();
#pragma warning restore CA2012
                }

                await calls[call];
            }
        }
    }

    /// <summary>In no order, as events name entities: one after the other they would lie in memory as the processor expects.</summary>
    private IEmptyGrain Draw(double newShare)
    {
        if (_grains.Count > 0 && _random.NextDouble() >= newShare)
        {
            return _grains[_random.Next(_grains.Count)];
        }

        var grain = GrainFactory.GetGrain<IEmptyGrain>(string.Create(CultureInfo.InvariantCulture, $"{this.GetPrimaryKeyLong()}/{_grains.Count}"));
        _grains.Add(grain);
        return grain;
    }
}
