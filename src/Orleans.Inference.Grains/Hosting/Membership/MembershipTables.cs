using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Inference.Grains.Storage.PostgreSql;

namespace Orleans.Inference.Grains.Hosting.Membership;

/// <summary>
/// The tables and queries that Orleans' ADO.NET clustering needs in PostgreSQL, made by the silos themselves: Orleans documents them and its package does not bring them.
/// </summary>
public static class MembershipTables
{
    // Any number that nobody else locks by: silos that start together take turns.
    private const long CreationLock = 0x696E_6665_7265_6E64;

    /// <summary>Makes them while the silo starts, before it asks for the membership.</summary>
    /// <param name="silo">The silo, which uses ADO.NET clustering on the same database.</param>
    /// <param name="connectionString">Npgsql's; the setting <c>Clustering:ConnectionString</c>.</param>
    public static ISiloBuilder AddMembershipTables(this ISiloBuilder silo, string connectionString)
    {
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new Creation(connectionString));
        return silo;
    }

    /// <summary>Makes what is missing; any number of silos may do so at once.</summary>
    /// <exception cref="InferenceException">The database cannot be used; the message says what to do.</exception>
    public static async Task EnsureAsync(string connectionString, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({CreationLock})", connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
            command.CommandText = await ScriptAsync(cancellationToken);
            await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception exception) when (PostgreSqlFault.IsOne(exception))
        {
            throw PostgreSqlFault.Describe(exception, "Clustering:ConnectionString", PostgreSqlFault.ServerOf(builder));
        }
    }

    private static async Task<string> ScriptAsync(CancellationToken cancellationToken)
    {
        await using var stream = typeof(MembershipTables).Assembly.GetManifestResourceStream("membership.sql")!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private sealed class Creation(string connectionString) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle observer) =>
            observer.Subscribe(nameof(MembershipTables), ServiceLifecycleStage.First, cancellation => EnsureAsync(connectionString, cancellation));
    }
}
