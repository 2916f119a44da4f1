using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Inference.Api.Callers;

/// <summary>The keys that open the API. Without any, everything is open to whoever reaches the server. Immutable; any thread.</summary>
public sealed class CallerKeys(IReadOnlyList<CallerKey> keys)
{
    /// <summary>No keys.</summary>
    public static readonly CallerKeys None = new([]);

    public bool IsEmpty => keys.Count == 0;

    /// <summary>The caller that a key belongs to, or null. Hashes are compared with all keys, so that time tells nothing about them.</summary>
    internal CallerKey? Find(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        CallerKey? found = null;
        foreach (var known in keys)
        {
            if (known.Has(hash))
            {
                found = known;
            }
        }

        return found;
    }

    /// <summary>The caller behind a request's user, or null for nobody.</summary>
    internal CallerKey? Find(ClaimsPrincipal user)
    {
        foreach (var known in keys)
        {
            if (ReferenceEquals(known.Principal, user))
            {
                return known;
            }
        }

        return null;
    }
}
