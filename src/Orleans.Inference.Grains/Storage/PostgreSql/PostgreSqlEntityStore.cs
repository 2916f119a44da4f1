using Npgsql;

namespace Orleans.Inference.Grains.Storage.PostgreSql;

/// <summary>
/// States in one table of PostgreSQL 13 or newer, one row a write. A write is one index look-up and one insertion; a whole write also deletes the state's older
/// rows. All writes of a call travel in one round trip for each 4,096 rows or 8 MB.
/// </summary>
public sealed class PostgreSqlEntityStore : IEntityStore, IAsyncDisposable
{
    private const int StatementRows = 4_096;
    private const int StatementBytes = 8 * 1024 * 1024;
    private const int AttemptLimit = 5;

    // Enough for readings and writings at once; a cluster's silos share the server's hundred.
    private const int PoolSize = 8;

    private readonly NpgsqlDataSource _database;
    private readonly StateReads _reads;
    private readonly string _setting;
    private readonly string _server;

    /// <param name="connectionString">Npgsql's. Without <c>Maximum Pool Size</c> it opens 8 connections at most.</param>
    /// <param name="setting">Where the connection string comes from, for messages.</param>
    /// <exception cref="InferenceException">The connection string is malformed.</exception>
    public PostgreSqlEntityStore(string connectionString, string setting = "Storage:ConnectionString")
    {
        _setting = setting;
        var connection = Parse(connectionString, setting);
        _server = PostgreSqlFault.ServerOf(connection);
        if (!connection.ShouldSerialize("Maximum Pool Size"))
        {
            connection.MaxPoolSize = PoolSize;
        }

        _database = NpgsqlDataSource.Create(connection);
        _reads = new StateReads(_database, Describe);
    }

    public bool TakesChanges => true;

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StateTable.EnsureAsync(_database, cancellationToken);
        }
        catch (Exception exception) when (PostgreSqlFault.IsOne(exception))
        {
            throw Describe(exception);
        }
    }

    public async ValueTask<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken) => await _reads.ReadAsync(key, cancellationToken);

    public async ValueTask<IReadOnlyList<int>> WriteAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        var refused = new RefusedWrites(writes);
        try
        {
            foreach (var statement in WriteStatements.Of(writes, StatementRows, StatementBytes))
            {
                var allowed = statement.Exists(index => refused.Contains(writes[index].Key)) ? statement.FindAll(index => !refused.Contains(writes[index].Key)) : statement;
                if (allowed.Count > 0)
                {
                    await InsertAsync(new StateInsertion(writes, allowed), refused, cancellationToken);
                }
            }
        }
        catch (Exception exception) when (PostgreSqlFault.IsOne(exception))
        {
            throw Describe(exception);
        }

        return refused.Indices();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task InsertAsync(StateInsertion insertion, RefusedWrites refused, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await insertion.ExecuteAsync(_database, refused, cancellationToken);
                return;
            }
            catch (PostgresException exception)
                when (exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && attempt < AttemptLimit)
            {
                // Two silos wrote the same states in another order. Nothing of this statement was stored; the other's was.
            }
        }
    }

    private InferenceException Describe(Exception exception) => PostgreSqlFault.Describe(exception, _setting, _server);

    private static NpgsqlConnectionStringBuilder Parse(string connectionString, string setting)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new InferenceException($"{setting}: {exception.Message} Allowed is Host=HOST;Port=5432;Database=NAME;Username=USER;Password=PASSWORD.", exception);
        }
    }
}
