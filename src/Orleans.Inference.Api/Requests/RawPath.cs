using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orleans.Inference.Api.Requests;

/// <summary>
/// Lets routing match the path as it came over the wire. The server decodes a path partly (<c>%25</c> but not <c>%2F</c>), after which
/// <c>a%2Fb</c> and <c>a%252Fb</c> are the same text; so a path with escapes is taken from the request line again. Only escapes of letters,
/// digits and <c>- _ ~ :</c> are resolved, which changes nothing that <see cref="PathText"/> decodes later and lets <c>%3AbatchGet</c> find its route.
/// </summary>
internal static class RawPath
{
    public static void Restore(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (string.IsNullOrEmpty(target) || !target.Contains('%'))
        {
            return;
        }

        var path = PathOf(target);
        if (path.Contains('%') && path.StartsWith('/'))
        {
            // The value is kept as it is: PathString does not decode what it is given.
            context.Request.Path = new PathString(Simplify(path));
        }
    }

    // The target is a path, or an absolute URI as proxies send it; the query follows.
    private static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target)
    {
        if (!target.StartsWith('/') && target.IndexOf("://") is var scheme and >= 0)
        {
            target = target[(scheme + 3)..];
            target = target.IndexOf('/') is var start and >= 0 ? target[start..] : "/";
        }

        return target.IndexOf('?') is var query and >= 0 ? target[..query] : target;
    }

    private static string Simplify(ReadOnlySpan<char> path)
    {
        var target = new char[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && byte.TryParse(path.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code)
                && (char.IsAsciiLetterOrDigit((char)code) || (char)code is '-' or '_' or '~' or ':'))
            {
                target[length++] = (char)code;
                i += 2;
            }
            else
            {
                target[length++] = path[i];
            }
        }

        return new string(target, 0, length);
    }
}
