using Microsoft.Extensions.Configuration;
using Npgsql;
using Orleans.Configuration;
using Orleans.Inference.Grains.Hosting;
using Orleans.Inference.Grains.Hosting.Membership;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Storage.PostgreSql;

namespace Orleans.Inference.Silo.Hosting;

/// <summary>PostgreSQL 13 or newer, for membership and for state; the silos make their tables themselves.</summary>
internal sealed class AdoNetHosting : ISiloHosting
{
    private const string ClusteringKey = "Clustering:ConnectionString";
    private const string StorageKey = "Storage:ConnectionString";

    public string Name => "adonet";

    public bool HasClustering => true;

    public bool HasStorage => true;

    public IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage)
    {
        string[] keys = [.. clustering ? [ClusteringKey] : Array.Empty<string>(), .. storage ? [StorageKey] : Array.Empty<string>()];
        return keys
            .Select(key => (Key: key, Fault: FaultOf(settings[key])))
            .Where(found => found.Fault is not null)
            .Select(found => $"{found.Key}: {found.Fault}; Host=HOST;Port=5432;Database=NAME;Username=USER;Password=PASSWORD is allowed");
    }

    public void AddClustering(ISiloBuilder silo, IConfiguration settings)
    {
        var connection = settings[ClusteringKey]!;
        silo.AddMembershipTables(connection);
        silo.UseAdoNetClustering((AdoNetClusteringSiloOptions options) =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = connection;
        });
    }

    public void AddStorage(ISiloBuilder silo, IConfiguration settings)
    {
        var connection = settings[StorageKey]!;
        silo.AddEntityStore(_ => new PostgreSqlEntityStore(connection, StorageKey));
    }

    /// <summary>Never the value, which may hold a password.</summary>
    private static string? FaultOf(string? connection)
    {
        if (string.IsNullOrEmpty(connection))
        {
            return "is missing";
        }

        try
        {
            return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connection).Host) ? "names no Host" : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException)
        {
            return exception.Message.TrimEnd('.');
        }
    }
}
