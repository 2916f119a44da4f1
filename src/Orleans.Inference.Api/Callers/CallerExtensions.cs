using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Inference.Api.Callers;

/// <summary>Keys for callers, as services and on endpoints.</summary>
internal static class CallerExtensions
{
    /// <summary>What requests without keys are called in audits.</summary>
    private const string Anybody = "local";

    /// <summary>
    /// Closes every endpoint but the open ones to callers without a key. The steps of the pipeline themselves are the web application's own: it adds them after routing when it
    /// finds these services. Without keys nothing is added, and calls cost nothing more.
    /// </summary>
    public static void AddCallers(this IServiceCollection services, CallerKeys keys)
    {
        services.AddSingleton(keys);
        if (keys.IsEmpty)
        {
            return;
        }

        services.AddSingleton<RefusedCalls>();
        services.AddTransient<CallerAuthentication>();
        services.AddSingleton<IAuthorizationHandler, CallerRoles>();

        // The core only: what AddAuthentication adds for cookies would make files with encryption keys.
        services.AddAuthenticationCore(options =>
        {
            options.AddScheme<CallerAuthentication>(CallerAuthentication.Scheme, displayName: null);
            options.DefaultScheme = CallerAuthentication.Scheme;
        });
        services.AddAuthorization(options =>
            options.FallbackPolicy = new AuthorizationPolicyBuilder().AddRequirements(new CallerRoles.Requirement()).Build());
    }

    /// <summary>Where there are keys, callers need this role instead of <see cref="CallerRole.Read"/>.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, CallerRole role)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new NeededRole(role));

    /// <summary>Open to callers without a key.</summary>
    public static TBuilder IsOpen<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AllowAnonymousAttribute());

    /// <summary>The caller's name for audits.</summary>
    public static string CallerName(this HttpContext context) => context.User.Identity?.Name ?? Anybody;
}
