using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Orleans.Inference.Api.Problems;

namespace Orleans.Inference.Api.Callers;

/// <summary>Finds out who calls, by <c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>, and tells who may not.</summary>
internal sealed class CallerAuthentication(CallerKeys keys, RefusedCalls refused) : IAuthenticationHandler
{
    public const string Scheme = "key";
    public const string KeyHeader = "X-Api-Key";
    private const string BearerPrefix = "Bearer ";

    // Set by the framework before anything else, once a request.
    private HttpContext _context = null!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync()
    {
        if (KeyOf(_context.Request) is not { } key)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        return Task.FromResult(keys.Find(key) is { } caller
            ? AuthenticateResult.Success(new AuthenticationTicket(caller.Principal, Scheme))
            : AuthenticateResult.Fail("The key is not known."));
    }

    public Task ChallengeAsync(AuthenticationProperties? properties)
    {
        var hasKey = KeyOf(_context.Request) is not null;
        if (hasKey)
        {
            refused.Count(_context.Connection.RemoteIpAddress);
        }

        _context.Response.Headers.WWWAuthenticate = hasKey ? "Bearer error=\"invalid_token\"" : "Bearer";
        return ApiProblem.Unauthorized(hasKey).ExecuteAsync(_context);
    }

    public Task ForbidAsync(AuthenticationProperties? properties) =>
        ApiProblem.Forbidden(CallerRoles.NeededFor(_context)).ExecuteAsync(_context);

    private static string? KeyOf(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return authorization[BearerPrefix.Length..].Trim();
        }

        var header = request.Headers[KeyHeader].ToString();
        return header.Length > 0 ? header : null;
    }
}
