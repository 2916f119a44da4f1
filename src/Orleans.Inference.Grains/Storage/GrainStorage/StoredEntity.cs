namespace Orleans.Inference.Grains.Storage.GrainStorage;

/// <summary>What grain storage keeps of one state.</summary>
[GenerateSerializer]
[Alias("inference.stored-entity")]
internal sealed class StoredEntity
{
    [Id(0)]
    public long Version { get; set; }

    [Id(1)]
    public byte[] Whole { get; set; } = [];
}
