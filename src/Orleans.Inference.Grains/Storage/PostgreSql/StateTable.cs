using Npgsql;

namespace Orleans.Inference.Grains.Storage.PostgreSql;

/// <summary>The table of states, and how it comes to be.</summary>
internal static class StateTable
{
    // Any number that nobody else locks by: silos that start together make the table one after the other.
    private const long CreationLock = 0x696E_6665_7265_6E63;

    // Pipelines compare by byte. Rows come and go all the time, so that a fifth of the table is too late to clean up.
    private const string Creation = """
        CREATE TABLE inference_state (
            pipeline text COLLATE "C" NOT NULL,
            kind smallint NOT NULL,
            key bytea NOT NULL,
            version bigint NOT NULL,
            is_whole boolean NOT NULL,
            bytes bytea NOT NULL,
            PRIMARY KEY (pipeline, kind, key, version)
        ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05)
        """;

    /// <summary>Makes the table unless it is there. A user without the right to make tables can use one that somebody else has made.</summary>
    public static async Task EnsureAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({CreationLock})");
        if (await ExecuteAsync("SELECT to_regclass('inference_state')::text") is DBNull)
        {
            await ExecuteAsync(Creation);
        }

        // A table of that name with other columns is found now and not by the first write.
        await ExecuteAsync("SELECT pipeline, kind, key, version, is_whole, bytes FROM inference_state LIMIT 0");
        await transaction.CommitAsync(cancellationToken);

        async Task<object?> ExecuteAsync(string text)
        {
            await using var command = new NpgsqlCommand(text, connection, transaction);
            return await command.ExecuteScalarAsync(cancellationToken);
        }
    }
}
