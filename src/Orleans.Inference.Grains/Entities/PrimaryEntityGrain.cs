using Orleans.Inference.Grains.Pipelines;
using Orleans.Placement;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// An entity of the pipeline's primary type: lives where its first caller is. The source topic is keyed by it, so that its calls stay within a silo; when its partition has
/// moved to another one, it follows.
/// </summary>
[GrainType(EntityId.PrimaryGrain), PreferLocalPlacement]
internal sealed class PrimaryEntityGrain(SiloPipelines pipelines, IGrainContext context) : EntityGrain(pipelines, context)
{
    /// <summary>Calls in a row from one other silo after which the entity follows; an entity fed from two silos stays where it is.</summary>
    private const int FollowAfter = 4;

    private SiloAddress? _caller;
    private int _callsInARow;

    public override SiloAddress HomeOf(EntityHomes homes) => homes.Silo;

    protected override void Applied(EntityRows rows)
    {
        if (rows.Caller is null || rows.Caller.Equals(GrainContext.Address.SiloAddress))
        {
            _callsInARow = 0;
            return;
        }

        _callsInARow = rows.Caller.Equals(_caller) ? _callsInARow + 1 : 1;
        _caller = rows.Caller;
        if (_callsInARow >= FollowAfter)
        {
            Move(rows.Caller);
        }
    }
}
