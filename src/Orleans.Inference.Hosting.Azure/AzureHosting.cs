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

    private static readonly Account Tables = new("Clustering:AccountUri", "Clustering:ConnectionString", "table", static connection => new TableServiceClient(connection));
    private static readonly Account Blobs = new("Storage:AccountUri", "Storage:ConnectionString", "blob", static connection => new BlobServiceClient(connection));

    public string Name => "azure";

    public bool HasClustering => true;

    public bool HasStorage => true;

    public IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage)
    {
        var problems = new List<string>();
        if (clustering)
        {
            problems.AddRange(Tables.Problems(settings));
        }

        if (storage)
        {
            problems.AddRange(Blobs.Problems(settings));
            if (!ContainerPart().IsMatch(ServiceIdOf(settings)))
            {
                problems.Add(
                    $"{ServiceIdKey}: '{ServiceIdOf(settings)}': up to 50 lower-case letters, digits and single hyphens are allowed, because a container is named after it");
            }
        }

        return problems;
    }

    public void AddClustering(ISiloBuilder silo, IConfiguration settings)
    {
        var (address, connection) = Tables.Of(settings);
        silo.UseAzureStorageClustering((OptionsBuilder<AzureStorageClusteringOptions> builder) => builder.Configure(options =>
            options.TableServiceClient = address is null ? new TableServiceClient(connection) : new TableServiceClient(address, new DefaultAzureCredential())));
    }

    public void AddStorage(ISiloBuilder silo, IConfiguration settings)
    {
        var (address, connection) = Blobs.Of(settings);
        silo.AddAzureBlobGrainStorage(StorageName, (OptionsBuilder<AzureBlobStorageOptions> builder) => builder.Configure<Serializer>((options, serializer) =>
        {
            options.ContainerName = $"{ServiceIdOf(settings)}-state";
            options.BlobServiceClient = address is null ? new BlobServiceClient(connection) : new BlobServiceClient(address, new DefaultAzureCredential());

            // State is bytes: as JSON it would take a third more room.
            options.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
        }));
        silo.AddEntityStore(static services => new GrainStorageEntityStore(services.GetRequiredKeyedService<IGrainStorage>(StorageName)));
    }

    private static string ServiceIdOf(IConfiguration settings) =>
        settings[ServiceIdKey] is { Length: > 0 } service ? service : DefaultServiceId;

    // A container's name has up to 63 characters.
    [GeneratedRegex("^(?=.{1,50}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture)]
    private static partial Regex ContainerPart();

    /// <summary>The settings that lead to a storage account.</summary>
    private sealed record Account(string AddressKey, string ConnectionKey, string Service, Func<string, object> Connect)
    {
        /// <summary>The account's address, or its connection string when there is no address.</summary>
        public (Uri? Address, string Connection) Of(IConfiguration settings) =>
            (settings[AddressKey] is { Length: > 0 } address ? new Uri(address) : null, settings[ConnectionKey] ?? "");

        public IEnumerable<string> Problems(IConfiguration settings)
        {
            var (address, connection) = (settings[AddressKey], settings[ConnectionKey]);
            var allowed = $"an address such as https://ACCOUNT.{Service}.core.windows.net is allowed, for a managed identity";
            if (string.IsNullOrEmpty(address) == string.IsNullOrEmpty(connection))
            {
                yield return $"{AddressKey}, {ConnectionKey}: {(string.IsNullOrEmpty(address) ? "both are missing" : "both are set")}; "
                    + $"{allowed}, or else an account's connection string";
            }
            else if (string.IsNullOrEmpty(connection))
            {
                if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
                {
                    yield return $"{AddressKey}: '{address}': {allowed}";
                }
            }
            else if (FaultOf(connection) is { } fault)
            {
                // Without the value, which holds the account's key.
                yield return $"{ConnectionKey}: {fault} The connection string of a storage account is allowed";
            }
        }

        private string? FaultOf(string connection)
        {
            try
            {
                Connect(connection);
                return null;
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
            {
                return exception.Message;
            }
        }
    }
}
