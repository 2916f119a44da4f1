using System.Globalization;
using Orleans.Concurrency;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>A grain that does nothing.</summary>
public interface IEmptyGrain : IGrainWithStringKey
{
    ValueTask CallAsync();
}

/// <summary>Calls empty grains as a partition calls its entities: a batch at once, then the next.</summary>
public interface IEmptyCaller : IGrainWithIntegerKey
{
    ValueTask CallAsync(int grains, int batches, int callsInABatch);
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

    public async ValueTask CallAsync(int grains, int batches, int callsInABatch)
    {
        while (_grains.Count < grains)
        {
            _grains.Add(GrainFactory.GetGrain<IEmptyGrain>(string.Create(CultureInfo.InvariantCulture, $"{this.GetPrimaryKeyLong()}/{_grains.Count}")));
        }

        var next = 0;
        var calls = new List<ValueTask>(callsInABatch);
        for (var batch = 0; batch < batches; batch++)
        {
            for (var call = 0; call < callsInABatch; call++)
            {
#pragma warning disable CA2012 // Kept until all are made; each is awaited once, below.
                calls.Add(_grains[next++ % grains].CallAsync());
#pragma warning restore CA2012
            }

            foreach (var call in calls)
            {
                await call;
            }

            calls.Clear();
        }
    }
}
