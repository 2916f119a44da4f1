using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orleans.Inference.Api.Problems;

namespace Orleans.Inference.Api.OpenApi;

/// <summary>What handlers read themselves, told to the OpenAPI document.</summary>
internal static class DocumentExtensions
{
    /// <summary>A query parameter, with its JSON type.</summary>
    public static RouteHandlerBuilder WithQuery(this RouteHandlerBuilder endpoint, string name, string type, string description) =>
        endpoint.WithMetadata(new QueryParameter(name, type, description));

    public static RouteHandlerBuilder WithBody<TShape>(this RouteHandlerBuilder endpoint, params string[] contentTypes) =>
        endpoint.WithMetadata(new AcceptedBody(typeof(TShape), contentTypes.Length > 0 ? contentTypes : ["application/json"]));

    /// <summary>The statuses of problems that the endpoint may answer.</summary>
    public static RouteHandlerBuilder Problems(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.Produces<ProblemShape>(status, ApiProblem.ContentType);
        }

        return endpoint;
    }
}

internal sealed record QueryParameter(string Name, string Type, string Description);

/// <summary>
/// A body that the handler reads itself. It only documents: routing must not refuse other content types, which clients such as curl send
/// without meaning them.
/// </summary>
internal sealed record AcceptedBody(Type Shape, IReadOnlyList<string> ContentTypes);
