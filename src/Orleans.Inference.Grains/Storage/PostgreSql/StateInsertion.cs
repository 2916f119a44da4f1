using Npgsql;
using NpgsqlTypes;

namespace Orleans.Inference.Grains.Storage.PostgreSql;

/// <summary>One round trip and one transaction that writes many states, each at most once.</summary>
internal sealed class StateInsertion
{
    // A correlated look-up for each row and deletion by ctid, so that the plan is one index descent a row whatever the planner believes about the table.
    private const string Insert = """
        WITH written AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS u (pipeline, kind, key, version, is_whole, bytes)
        ), added AS (
            INSERT INTO inference_state (pipeline, kind, key, version, is_whole, bytes)
            SELECT w.pipeline, w.kind, w.key, w.version, w.is_whole, w.bytes
            FROM written w
            WHERE coalesce((
                SELECT s.version FROM inference_state s WHERE s.pipeline = w.pipeline AND s.kind = w.kind AND s.key = w.key ORDER BY s.version DESC LIMIT 1), 0)
                < w.version
            ON CONFLICT DO NOTHING
            RETURNING pipeline, kind, key, version, is_whole
        ), superseded AS (
            DELETE FROM inference_state WHERE ctid = ANY (ARRAY(
                SELECT old.ctid FROM added a CROSS JOIN LATERAL (
                    SELECT s.ctid FROM inference_state s
                    WHERE s.pipeline = a.pipeline AND s.kind = a.kind AND s.key = a.key AND s.version < a.version OFFSET 0) old
                WHERE a.is_whole))
        )
        SELECT total.rows, a.pipeline, a.kind, a.key
        FROM (SELECT count(*) AS rows FROM added) total LEFT JOIN added a ON total.rows < cardinality($4)
        """;

    // A statement sees the table as of its beginning. If another silo wrote this version, then a later whole one, and deleted the first, all in the meantime, the
    // insertion met no conflict. The next statement sees what that silo left, and takes the row back.
    private const string TakeBack = """
        DELETE FROM inference_state WHERE ctid = ANY (ARRAY(
            SELECT mine.ctid
            FROM unnest($1, $2, $3, $4) AS w (pipeline, kind, key, version) CROSS JOIN LATERAL (
                SELECT s.ctid, s.xmin AS author FROM inference_state s
                WHERE s.pipeline = w.pipeline AND s.kind = w.kind AND s.key = w.key AND s.version = w.version OFFSET 0) mine
            WHERE mine.author = pg_current_xact_id()::xid AND w.version < (
                SELECT s.version FROM inference_state s WHERE s.pipeline = w.pipeline AND s.kind = w.kind AND s.key = w.key ORDER BY s.version DESC LIMIT 1)))
        RETURNING pipeline, kind, key
        """;

    private readonly IReadOnlyList<StateWrite> _writes;
    private readonly IReadOnlyList<int> _indices;
    private readonly StateColumns _states;
    private readonly long[] _versions;
    private readonly bool[] _areWhole;
    private readonly byte[][] _bytes;

    /// <param name="writes">All writes of a call.</param>
    /// <param name="indices">Those to write now, no two of the same state.</param>
    public StateInsertion(IReadOnlyList<StateWrite> writes, IReadOnlyList<int> indices)
    {
        _writes = writes;
        _indices = indices;
        _states = new StateColumns(indices.Count);
        _versions = new long[indices.Count];
        _areWhole = new bool[indices.Count];
        _bytes = new byte[indices.Count][];
        for (var row = 0; row < indices.Count; row++)
        {
            var write = writes[indices[row]];
            _states.Set(row, write.Key);
            _versions[row] = write.Version;
            _areWhole[row] = write.IsWhole;
            _bytes[row] = write.Bytes.ToArray();
        }
    }

    /// <summary>Writes, and adds the indices that changed nothing to <paramref name="refused"/>.</summary>
    public async Task ExecuteAsync(NpgsqlDataSource database, RefusedWrites refused, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(InsertCommand());
        batch.BatchCommands.Add(TakeBackCommand());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        HashSet<StateKey>? added = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt64(0) == _indices.Count)
            {
                continue;
            }

            added ??= [];
            if (!await reader.IsDBNullAsync(1, cancellationToken))
            {
                added.Add(ReadKey(reader, 1));
            }
        }

        await reader.NextResultAsync(cancellationToken);
        HashSet<StateKey>? takenBack = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            (takenBack ??= []).Add(ReadKey(reader, 0));
        }

        foreach (var index in _indices)
        {
            var key = _writes[index].Key;
            if (added?.Contains(key) == false || takenBack?.Contains(key) == true)
            {
                refused.Add(index);
            }
        }
    }

    private static StateKey ReadKey(NpgsqlDataReader reader, int column) =>
        new(reader.GetString(column), (byte)reader.GetInt16(column + 1), reader.GetFieldValue<byte[]>(column + 2));

    private NpgsqlBatchCommand InsertCommand()
    {
        var command = new NpgsqlBatchCommand(Insert);
        _states.AddTo(command.Parameters);
        StateColumns.Add(command.Parameters, _versions, NpgsqlDbType.Bigint);
        StateColumns.Add(command.Parameters, _areWhole, NpgsqlDbType.Boolean);
        StateColumns.Add(command.Parameters, _bytes, NpgsqlDbType.Bytea);
        return command;
    }

    private NpgsqlBatchCommand TakeBackCommand()
    {
        var command = new NpgsqlBatchCommand(TakeBack);
        _states.AddTo(command.Parameters);
        StateColumns.Add(command.Parameters, _versions, NpgsqlDbType.Bigint);
        return command;
    }
}
