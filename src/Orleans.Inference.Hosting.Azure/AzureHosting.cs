using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Inference.Grains.Hosting;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Storage.GrainStorage;
using Orleans.Serialization;
using Orleans.Storage;

namespace Orleans.Inference.Hosting.Azure;

/// <summary>
/// Silos on Azure: membership in a storage account's tables, state in its blobs, one blob a state and each written whole. With <c>AccountUri</c> the silos show their managed
/// identity, which needs the roles Storage Table Data Contributor and Storage Blob Data Contributor; with <c>ConnectionString</c> the account's key.
/// </summary>
public sealed partial class AzureHosting : ISiloHosting
{
    private const string StorageName = "inference";
    private const string ServiceIdKey = "Clustering:ServiceId";
    private const string DefaultServiceId = "inference";

    public string Name => "azure";

    public bool HasClustering => true;

    public bool HasStorage => true;

    public IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage)
    {
        var problems = new List<string>();
        if (clustering)
        {
            problems.AddRange(AccountProblems(settings, "Clustering", "table", static connection => new TableServiceClient(connection)));
        }

        if (storage)
        {
            problems.AddRange(AccountProblems(settings, "Storage", "blob", static connection => new BlobServiceClient(connection)));
            if (!ContainerPart().IsMatch(ServiceIdOf(settings)))
            {
                problems.Add($"{ServiceIdKey}: '{ServiceIdOf(settings)}': up to 50 lower-case letters, digits and single hyphens are allowed, because a container is named after it");
            }
        }

        return problems;
    }

    public void AddClustering(ISiloBuilder silo, IConfiguration settings)
    {
        var (uri, connection) = AccountOf(settings, "Clustering");
        silo.UseAzureStorageClustering((OptionsBuilder<AzureStorageClusteringOptions> builder) => builder.Configure(options =>
            options.TableServiceClient = uri is null ? new TableServiceClient(connection) : new TableServiceClient(uri, new DefaultAzureCredential())));
    }

    public void AddStorage(ISiloBuilder silo, IConfiguration settings)
    {
        var (uri, connection) = AccountOf(settings, "Storage");
        silo.AddAzureBlobGrainStorage(StorageName, (OptionsBuilder<AzureBlobStorageOptions> builder) => builder.Configure<Serializer>((options, serializer) =>
        {
            options.ContainerName = $"{ServiceIdOf(settings)}-state";
            options.BlobServiceClient = uri is null ? new BlobServiceClient(connection) : new BlobServiceClient(uri, new DefaultAzureCredential());

            // State is bytes: as JSON it would take a third more room.
            options.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
        }));
        silo.AddEntityStore(static services => new GrainStorageEntityStore(services.GetRequiredKeyedService<IGrainStorage>(StorageName)));
    }

    private static IEnumerable<string> AccountProblems(IConfiguration settings, string section, string service, Func<string, object> connect)
    {
        var uriText = settings[$"{section}:AccountUri"];
        var connection = settings[$"{section}:ConnectionString"];
        if (string.IsNullOrEmpty(uriText) == string.IsNullOrEmpty(connection))
        {
            yield return $"{section}:AccountUri, {section}:ConnectionString: {(string.IsNullOrEmpty(uriText) ? "both are missing" : "both are set")}; one is allowed: "
                + $"an address such as https://ACCOUNT.{service}.core.windows.net for a managed identity, or an account's connection string";
        }
        else if (string.IsNullOrEmpty(connection))
        {
            if (!Uri.TryCreate(uriText, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
            {
                yield return $"{section}:AccountUri: '{uriText}': an address such as https://ACCOUNT.{service}.core.windows.net is allowed";
            }
        }
        else if (Fault(connect, connection) is { } fault)
        {
            // Without the value, which holds the account's key.
            yield return $"{section}:ConnectionString: {fault} The connection string of a storage account is allowed";
        }
    }

    private static string? Fault(Func<string, object> connect, string connection)
    {
        try
        {
            connect(connection);
            return null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            return exception.Message;
        }
    }

    /// <summary>The account's address, or its connection string when there is no address.</summary>
    private static (Uri? Address, string Connection) AccountOf(IConfiguration settings, string section)
    {
        var address = settings[$"{section}:AccountUri"];
        return (string.IsNullOrEmpty(address) ? null : new Uri(address), settings[$"{section}:ConnectionString"] ?? "");
    }

    private static string ServiceIdOf(IConfiguration settings) =>
        settings[ServiceIdKey] is { Length: > 0 } service ? service : DefaultServiceId;

    // A container's name has up to 63 characters.
    [GeneratedRegex("^(?=.{1,50}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture)]
    private static partial Regex ContainerPart();
}
