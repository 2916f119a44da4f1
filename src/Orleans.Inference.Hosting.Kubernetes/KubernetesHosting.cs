using Microsoft.Extensions.Configuration;
using Npgsql;
using Orleans.Configuration;
using Orleans.Inference.Grains.Hosting;
using Orleans.Inference.Grains.Hosting.Membership;

namespace Orleans.Inference.Hosting.Kubernetes;

/// <summary>
/// Silos in pods: membership in PostgreSQL, and Kubernetes tells which pods are gone, so that their silos are declared dead at once instead of after missed probes. The pod's
/// name, namespace and address come from <c>POD_NAME</c>, <c>POD_NAMESPACE</c> and <c>POD_IP</c>; its service account may get, list, watch and patch pods. State is another
/// provider's, usually <c>adonet</c>.
/// </summary>
public sealed class KubernetesHosting : ISiloHosting
{
    private const string ConnectionStringKey = "Clustering:ConnectionString";

    private static readonly string[] PodVariables = ["POD_NAME", "POD_NAMESPACE", "POD_IP"];

    public string Name => "kubernetes";

    public bool HasClustering => true;

    public bool HasStorage => false;

    public IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage)
    {
        if (!clustering)
        {
            yield break;
        }

        if (ConnectionProblem(settings[ConnectionStringKey]) is { } problem)
        {
            yield return $"{ConnectionStringKey}: {problem}; Host=HOST;Port=5432;Database=NAME;Username=USER;Password=PASSWORD is allowed";
        }

        foreach (var variable in PodVariables.Where(variable => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable))))
        {
            yield return $"{variable} is missing; the pod's manifest has to set it from the pod's own fields";
        }
    }

    public void AddClustering(ISiloBuilder silo, IConfiguration settings)
    {
        var connection = settings[ConnectionStringKey]!;
        silo.UseKubernetesHosting();
        silo.AddMembershipTables(connection);
        silo.UseAdoNetClustering((AdoNetClusteringSiloOptions options) =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = connection;
        });
    }

    public void AddStorage(ISiloBuilder silo, IConfiguration settings) =>
        throw new InvalidOperationException("Kubernetes keeps no state; HasStorage says so.");

    /// <summary>Without the value, which may hold a password.</summary>
    private static string? ConnectionProblem(string? connection)
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
