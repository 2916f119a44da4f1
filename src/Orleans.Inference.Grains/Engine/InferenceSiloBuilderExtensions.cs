using Microsoft.Extensions.DependencyInjection;
using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Grains.Silos;

namespace Orleans.Inference.Grains.Engine;

/// <summary>What a silo needs to run pipelines.</summary>
public static class InferenceSiloBuilderExtensions
{
    /// <summary>Adds the inference grains' services; an <see cref="Storage.IEntityStore"/> among the services is where state outlives the silos.</summary>
    public static ISiloBuilder AddInference(this ISiloBuilder builder)
    {
        builder.Services.AddSingleton<SiloPipelines>();
        builder.AddPlacementDirector<SiloPlacement, SiloPlacementDirector>();
        builder.AddPlacementDirector<PartitionPlacement, PartitionPlacementDirector>();
        return builder;
    }
}
