using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Orleans.Inference.Api.OpenApi;

/// <summary>Completes the generated OpenAPI document: its title, query parameters, and bodies that handlers read themselves.</summary>
internal static class ApiDocument
{
    public const string Name = "v1";

    public static void Configure(OpenApiOptions options, bool hasKeys)
    {
        // HEAD is GET without a body and would repeat its operation id.
        options.ShouldInclude = description => !string.Equals(description.HttpMethod, HttpMethods.Head, StringComparison.Ordinal);
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(CompleteAsync);
        options.AddDocumentTransformer(KeyDocument.DescribeAsync);
        if (hasKeys)
        {
            options.AddOperationTransformer(KeyDocument.RequireAsync);
        }

        options.AddSchemaTransformer(AllowNullPredictionAsync);
        options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace("Shape", "", StringComparison.Ordinal);
    }

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Orleans.Inference",
            Version = typeof(ApiDocument).Assembly.GetName().Version?.ToString(3) ?? "0",
            Description = "Scores events the moment they arrive and serves the predictions. Every answer that is not 2xx is application/problem+json with a code.",
        };

        // Relative, so that the document is right behind whatever address it was fetched from.
        document.Servers = [new OpenApiServer { Url = "/" }];
        return Task.CompletedTask;
    }

    // The generator forgets that the values of a dictionary of objects may be null.
    private static Task AllowNullPredictionAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(Dictionary<string, PredictionShape?>) && schema.AdditionalProperties is { } prediction)
        {
            schema.AdditionalProperties = new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, prediction] };
        }

        return Task.CompletedTask;
    }

    private static async Task CompleteAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var query in context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryParameter>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Schema = new OpenApiSchema { Type = Enum.Parse<JsonSchemaType>(query.Type, ignoreCase: true) },
            });
        }

        foreach (var body in context.Description.ActionDescriptor.EndpointMetadata.OfType<AcceptedBody>())
        {
            var schema = await context.GetOrCreateSchemaAsync(body.Shape, cancellationToken: cancellationToken);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = body.ContentTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = schema }, StringComparer.Ordinal),
            };
        }
    }
}
