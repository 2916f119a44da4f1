using Orleans.Inference.Grains.Pipelines;
using Orleans.Placement;

namespace Orleans.Inference.Grains.Entities;

/// <summary>An entity of the pipeline's primary type: lives where its first caller is. The source topic is keyed by it, so that its calls stay within a silo.</summary>
[GrainType(EntityId.PrimaryGrain), PreferLocalPlacement]
internal sealed class PrimaryEntityGrain(SiloPipelines pipelines, IGrainContext context) : EntityGrain(pipelines, context);
