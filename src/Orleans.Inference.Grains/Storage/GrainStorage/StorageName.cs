using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Inference.Grains.Storage.GrainStorage;

/// <summary>Names states in grain storage: readable where the key allows it, and short enough for table and blob names whatever the key is.</summary>
internal static class StorageName
{
    private const int ReadableLimit = 200;
    private const int HexadecimalLimit = 100;

    private static readonly GrainType Type = GrainType.Create("inference-state");
    private static readonly SearchValues<byte> Readable = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>Different states have different names: the letter before the key says how it is written. No pipeline's name contains a dot.</summary>
    public static GrainId Of(StateKey key)
    {
        var bytes = key.Key.Span;
        var text = bytes.Length <= ReadableLimit && !bytes.ContainsAnyExcept(Readable) ? "k" + Encoding.ASCII.GetString(bytes)
            : bytes.Length <= HexadecimalLimit ? "x" + Convert.ToHexString(bytes)
            : "h" + Convert.ToHexString(SHA256.HashData(bytes));
        return GrainId.Create(Type, $"{key.Pipeline}.{key.Kind}.{text}");
    }
}
