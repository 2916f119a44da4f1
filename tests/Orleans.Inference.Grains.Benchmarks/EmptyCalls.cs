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
    /// <param name="grains">How many there are.</param>
    /// <param name="batches">How many are made.</param>
    /// <param name="callsInABatch">Calls, each to some grain.</param>
    /// <param name="underWay">Calls that may be under way at once.</param>
    ValueTask CallAsync(int grains, int batches, int callsInABatch, int underWay);
}

[Orleans.Placement.PreferLocalPlacement]
internal sealed class EmptyGrain : Grain, IEmptyGrain
{
    public ValueTask CallAsync() => ValueTask.CompletedTask;
}

[Reentrant]
internal sealed class EmptyCaller : Grain, IEmptyCaller
{
    private readonly List<IEmptyGrain> _grains = [];

    public async ValueTask CallAsync(int grains, int batches, int callsInABatch, int underWay)
    {
        while (_grains.Count < grains)
        {
            _grains.Add(GrainFactory.GetGrain<IEmptyGrain>(string.Create(CultureInfo.InvariantCulture, $"{this.GetPrimaryKeyLong()}/{_grains.Count}")));
        }

        // In no order, as events name entities: one after the other they would lie in memory as the processor expects.
        var random = new Random(1);
        var calls = new ValueTask[callsInABatch];
        for (var batch = 0; batch < batches; batch++)
        {
            var asked = 0;
            for (var call = 0; call < callsInABatch; call++)
            {
                for (; asked < callsInABatch && asked - call < underWay; asked++)
                {
#pragma warning disable CA2012 // Each is awaited once, below.
                    calls[asked] = _grains[random.Next(grains)].CallAsync();
#pragma warning restore CA2012
                }

                await calls[call];
            }
        }
    }
}
