using System.Globalization;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Pipelines;

namespace Orleans.Inference.Grains.Silos;

/// <summary>The way to what other silos have of a pipeline; one's own silo is asked without a call. Any thread.</summary>
internal sealed class SiloDoors(SiloPipeline pipeline, IGrainFactory grains)
{
    /// <summary>Has a silo save what its entities have changed; null when it cannot be asked any more.</summary>
    public async Task<EntityHost?> FlushAsync(SiloAddress silo)
    {
        if (silo.Equals(pipeline.Silo))
        {
            await pipeline.Writer.FlushAsync();
            return pipeline.Writer.Host;
        }

        try
        {
            return await Of(silo).FlushAsync();
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or InferenceException)
        {
            return null;
        }
    }

    public ISiloDoorGrain Of(SiloAddress silo) =>
        grains.GetGrain<ISiloDoorGrain>(string.Create(CultureInfo.InvariantCulture, $"{silo.ToParsableString()}/{pipeline.Pipeline.Name}"));
}
