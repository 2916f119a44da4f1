using System.Globalization;
using System.Text;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// An entity's grain id: the grain type says how it is placed, the key is <c>pipeline/type/key</c> in UTF-8. Pipeline names have no slash, so it reads back without doubt
/// whatever the entity's key holds.
/// </summary>
internal readonly record struct EntityId(string Pipeline, int EntityType, byte[] Key)
{
    public const string PrimaryGrain = "inference.primary";
    public const string OtherGrain = "inference.entity";

    private static readonly GrainType Primary = GrainType.Create(PrimaryGrain);
    private static readonly GrainType Other = GrainType.Create(OtherGrain);

    /// <summary>The part of the key before the entity's own, as UTF-8.</summary>
    public static byte[] Prefix(string pipeline, int entityType) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{pipeline}/{entityType}/"));

    public static GrainId GrainIdOf(ReadOnlySpan<byte> prefix, int entityType, ReadOnlySpan<byte> key)
    {
        var bytes = new byte[prefix.Length + key.Length];
        prefix.CopyTo(bytes);
        key.CopyTo(bytes.AsSpan(prefix.Length));
        return GrainId.Create(entityType == 0 ? Primary : Other, new IdSpan(bytes));
    }

    public static EntityId Parse(GrainId id)
    {
        var bytes = id.Key.Value.Span;
        var first = bytes.IndexOf((byte)'/');
        var second = first + 1 + bytes[(first + 1)..].IndexOf((byte)'/');
        return new EntityId(
            Encoding.UTF8.GetString(bytes[..first]),
            int.Parse(bytes[(first + 1)..second], NumberStyles.None, CultureInfo.InvariantCulture),
            bytes[(second + 1)..].ToArray());
    }
}
