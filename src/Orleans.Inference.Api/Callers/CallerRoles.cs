using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Orleans.Inference.Api.Callers;

/// <summary>
/// Lets a call pass whose caller has the role that the endpoint needs. An endpoint that says nothing needs <see cref="CallerRole.Read"/>, and so does a path without an
/// endpoint: nothing is open by oversight.
/// </summary>
internal sealed class CallerRoles(CallerKeys keys) : AuthorizationHandler<CallerRoles.Requirement>
{
    /// <summary>The role that the request's endpoint needs.</summary>
    public static CallerRole NeededFor(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<NeededRole>()?.Role ?? CallerRole.Read;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (context.Resource is HttpContext request && keys.Find(context.User) is { } caller && caller.Role >= NeededFor(request))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }

    /// <summary>The one requirement of every endpoint that is not open.</summary>
    public sealed class Requirement : IAuthorizationRequirement;
}

/// <summary>On an endpoint: the role that its callers need. Only read where there are keys.</summary>
internal sealed record NeededRole(CallerRole Role);
