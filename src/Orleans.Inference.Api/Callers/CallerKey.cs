using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Inference.Api.Callers;

/// <summary>A caller that is known by a key. The key itself is not kept, only its hash. Immutable; any thread.</summary>
public sealed class CallerKey
{
    private readonly byte[] _hash;

    /// <param name="key">What the caller sends.</param>
    /// <param name="role">What the caller may do.</param>
    /// <param name="name">What logs and audits call the caller.</param>
    public CallerKey(string key, CallerRole role, string name)
    {
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Role = role;
        Name = name;
        Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], CallerAuthentication.Scheme));
    }

    public CallerRole Role { get; }

    public string Name { get; }

    /// <summary>The caller as requests carry it; shared by all of them.</summary>
    internal ClaimsPrincipal Principal { get; }

    /// <summary>Whether the hash is this key's. Takes the same time wherever they differ.</summary>
    internal bool Has(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(_hash, hash);
}
