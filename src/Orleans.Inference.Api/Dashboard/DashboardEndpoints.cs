using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Orleans.Inference.Api.Callers;

namespace Orleans.Inference.Api.Dashboard;

/// <summary>
/// The page at <c>/</c>: plain HTML, style and script from the assembly. It fetches nothing from elsewhere, and its policy forbids to. The page is open and knows nothing; its calls
/// send the key that the reader types in where the server wants one.
/// </summary>
internal static class DashboardEndpoints
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder routes)
    {
        MapFile(routes, "/", "index.html", "text/html; charset=utf-8");
        MapFile(routes, "/dashboard.css", "dashboard.css", "text/css; charset=utf-8");
        foreach (var script in new[] { "dashboard.js", "predictions.js", "sparkline.js", "lookup.js", "calls.js", "login.js" })
        {
            MapFile(routes, "/" + script, script, "text/javascript; charset=utf-8");
        }
    }

    private static void MapFile(IEndpointRouteBuilder routes, string path, string file, string contentType)
    {
        var content = Read(file);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
        routes.MapMethods(path, Methods, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-cache";
            return TypedResults.Bytes(content, contentType, entityTag: tag);
        }).IsOpen().ExcludeFromDescription();
    }

    private static byte[] Read(string file)
    {
        using var stream = typeof(DashboardEndpoints).Assembly.GetManifestResourceStream("wwwroot." + file)
            ?? throw new InvalidOperationException($"The assembly lacks its page file {file}.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
