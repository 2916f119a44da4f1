using Npgsql;

namespace Orleans.Inference.Grains.Storage.PostgreSql;

/// <summary>
/// Gathers readings that are asked for while others are on their way into one statement: a silo that takes over thousands of entities asks a handful of questions.
/// A lone reading goes at once. Any thread.
/// </summary>
internal sealed class StateReads(NpgsqlDataSource database, Func<Exception, Exception> describe)
{
    private const int StatementLimit = 1_000;
    private const int StatementsAtOnce = 3;

    private const string Select = """
        SELECT u.row, s.version, s.is_whole, s.bytes
        FROM unnest($1, $2, $3) WITH ORDINALITY AS u (pipeline, kind, key, row) CROSS JOIN LATERAL (
            SELECT version, is_whole, bytes FROM inference_state WHERE pipeline = u.pipeline AND kind = u.kind AND key = u.key OFFSET 0) s
        ORDER BY u.row, s.version
        """;

    // Under the lock.
    private readonly Queue<Reading> _waiting = new();
    private readonly Lock _lock = new();
    private int _statements;

    public Task<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken)
    {
        var reading = new Reading(key);
        lock (_lock)
        {
            _waiting.Enqueue(reading);
            if (_statements == StatementsAtOnce)
            {
                return reading.Task.WaitAsync(cancellationToken);
            }

            _statements++;
        }

        // Nobody's turn and nobody's context: it serves many callers.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(DrainAsync, CancellationToken.None);
        }

        return reading.Task.WaitAsync(cancellationToken);
    }

    private async Task DrainAsync()
    {
        while (Take() is { Count: > 0 } readings)
        {
            try
            {
                await ExecuteAsync(readings);
            }
            catch (Exception exception)
            {
                var fault = describe(exception);
                readings.ForEach(reading => reading.TrySetException(fault));
            }
        }
    }

    private List<Reading> Take()
    {
        lock (_lock)
        {
            var taken = new List<Reading>(Math.Min(StatementLimit, _waiting.Count));
            while (taken.Count < StatementLimit && _waiting.TryDequeue(out var reading))
            {
                taken.Add(reading);
            }

            if (taken.Count == 0)
            {
                _statements--;
            }

            return taken;
        }
    }

    private async Task ExecuteAsync(List<Reading> readings)
    {
        var states = new StateColumns(readings.Count);
        for (var row = 0; row < readings.Count; row++)
        {
            states.Set(row, readings[row].Key);
        }

        await using var command = database.CreateCommand(Select);
        states.AddTo(command.Parameters);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            readings[(int)reader.GetInt64(0) - 1].Add(reader.GetInt64(1), reader.GetBoolean(2), reader.GetFieldValue<byte[]>(3));
        }

        readings.ForEach(static reading => reading.Complete());
    }

    private sealed class Reading(StateKey key) : TaskCompletionSource<StoredState?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private readonly List<ReadOnlyMemory<byte>> _changes = [];
        private long _version;
        private ReadOnlyMemory<byte> _whole;

        public StateKey Key => key;

        public void Add(long version, bool isWhole, byte[] bytes)
        {
            _version = version;
            if (isWhole)
            {
                _changes.Clear();
                _whole = bytes;
            }
            else
            {
                _changes.Add(bytes);
            }
        }

        public void Complete() => TrySetResult(_version == 0 ? null : new StoredState(_version, _whole, _changes));
    }
}
