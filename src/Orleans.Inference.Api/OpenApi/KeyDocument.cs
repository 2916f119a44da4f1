using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Problems;

namespace Orleans.Inference.Api.OpenApi;

/// <summary>Tells the OpenAPI document how callers send a key and, where the server has keys, which calls need one and of which role.</summary>
internal static class KeyDocument
{
    private const string Bearer = "bearer";
    private const string Header = "header";

    public static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, Description = "A key of this server, where it has keys." },
            [Header] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = CallerAuthentication.KeyHeader,
                Description = "The same key, for clients that cannot send the other header.",
            },
        };
        return Task.CompletedTask;
    }

    public static async Task RequireAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            return;
        }

        var role = (metadata.OfType<NeededRole>().LastOrDefault()?.Role ?? CallerRole.Read).ToString().ToLowerInvariant();
        operation.Security = [Requirement(Bearer, context), Requirement(Header, context)];
        var schema = await context.GetOrCreateSchemaAsync(typeof(ProblemShape), cancellationToken: cancellationToken);
        operation.Responses ??= [];
        operation.Responses["401"] = Problem("Without a key, or with an unknown one.", schema);
        operation.Responses["403"] = Problem($"The key's role is not {role} or above.", schema);
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiOperationTransformerContext context) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] };

    private static OpenApiResponse Problem(string description, OpenApiSchema schema) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [ApiProblem.ContentType] = new() { Schema = schema } },
    };
}
