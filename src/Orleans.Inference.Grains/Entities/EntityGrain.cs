using Orleans.Inference.Grains.Pipelines;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Orleans.Inference.Grains.Entities;

/// <summary>An entity that is not its pipeline's primary one: placed by the hash of its key.</summary>
[GrainType(EntityId.OtherGrain), HashBasedPlacement]
internal class EntityGrain(SiloPipelines pipelines, IGrainContext context) : IGrainBase, IEntityGrain
{
    private readonly EntityId _id = EntityId.Parse(context.GrainId);
    private SiloPipeline? _pipeline;
    private LiveEntity? _entity;
    private LocalEntity? _local;

    public IGrainContext GrainContext => context;

    /// <summary>The entity itself; there once the grain has been activated.</summary>
    public LiveEntity Entity => _entity!;

    private SiloPipeline Pipeline => _pipeline!;

    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pipeline = await pipelines.GetAsync(_id.Pipeline, cancellationToken);
        _entity = Pipeline.CreateEntity(_id.EntityType, _id.Key);
        if (await Pipeline.Writer.ReadAsync(Pipeline.StateKey(_id.EntityType, _id.Key), cancellationToken) is { } stored)
        {
            _entity.Load(stored);
        }

        _entity.UsedIn = Pipeline.Entities.Sweep;
        _local = new LocalEntity(_entity, Pipeline.EntityGrains.Of(context.GrainId));
        Pipeline.Entities.Add(_id.EntityType, this);
    }

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_entity is null || _local is null)
        {
            return;
        }

        _local.Leave();
        _entity.Close();

        // Found by readers until its state is where the next activation will look.
        await Pipeline.Writer.SaveAsync(_entity, cancellationToken);
        Pipeline.Entities.Remove(_id.EntityType, this);
    }

    public ValueTask<EntityAnswer> ApplyAsync(EntityRows rows)
    {
        // Before the change: a loss in between then shows.
        var host = Pipeline.Writer.Host;
        var features = rows.Features ?? new float[Entity.AnswerLengthOf(rows)];
        Entity.UsedIn = Pipeline.Entities.Sweep;
        switch (Entity.Apply(rows, features))
        {
            case ApplyResult.EventsMissing:
                return new(new EntityAnswer { Host = host, IsLost = true });
            case ApplyResult.Lost:
                Deactivate();
                throw new InferenceException("Another activation owns the entity; ask again.");
            default:
                Applied(rows);
                return new(AnswerOf(rows, host, features));
        }
    }

    public ValueTask<EntityAnswer> PreviewAsync(EntityRows rows)
    {
        var features = rows.Features ?? new float[Entity.AnswerLengthOf(rows)];
        Entity.Preview(rows, features);
        return new(AnswerOf(rows, Pipeline.Writer.Host, features));
    }

    public ValueTask<EntityHost> SetLatestAsync(byte[] prediction)
    {
        var host = Pipeline.Writer.Host;
        if (Entity.TrySetLatest(prediction))
        {
            return new(host);
        }

        Deactivate();
        throw new InferenceException("Another activation owns the entity; ask again.");
    }

    public ValueTask<byte[]?> LatestAsync()
    {
        Entity.UsedIn = Pipeline.Entities.Sweep;
        return new(Entity.Latest());
    }

    public ValueTask<EntityReading?> ReadAsync(long? at)
    {
        Entity.UsedIn = Pipeline.Entities.Sweep;
        return new(Entity.Read(at));
    }

    /// <summary>Where the entity should go, if anywhere.</summary>
    public virtual SiloAddress HomeOf(EntityHomes homes) => homes.Of(context.GrainId);

    /// <summary>Rows have been applied for an input.</summary>
    protected virtual void Applied(EntityRows rows)
    {
    }

    /// <summary>Within the silo the features are where the caller has asked for them, and all entities answer the same.</summary>
    private EntityAnswer AnswerOf(EntityRows rows, EntityHost host, float[] features)
    {
        if (rows.Features is null)
        {
            return new EntityAnswer { Host = host, Features = features };
        }

        rows.Local = _local;
        return Pipeline.AnswerInPlace(host);
    }

    /// <summary>Moves the entity to the silo it belongs to, after its present turn; a mere deactivation would be undone by the next call that comes here. Any thread.</summary>
    public void Move(SiloAddress home) => context.Migrate(new Dictionary<string, object> { [IPlacementDirector.PlacementHintKey] = home });

    /// <summary>Lets the entity leave memory after its present turn. Any thread.</summary>
    public void Deactivate() =>
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "idle, or owned by another activation"));
}
