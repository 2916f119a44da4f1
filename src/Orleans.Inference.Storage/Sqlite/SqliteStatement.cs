using SQLitePCL;

namespace Orleans.Inference.Storage.Sqlite;

/// <summary>
/// A prepared statement that binds and reads spans. ADO.NET parameters would box every number and copy every key into an array of its own,
/// once per entity of every checkpoint. Used by one thread at a time.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteDatabase database, string sql)
    {
        _database = database;
        database.Check(raw.sqlite3_prepare_v2(database.Handle, sql, out _statement));
    }

    /// <summary>Binds a 1-based parameter; it stays bound until bound again.</summary>
    public SqliteStatement Bind(int parameter, long value)
    {
        _database.Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    /// <inheritdoc cref="Bind(int, long)"/>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        _database.Check(raw.sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    /// <inheritdoc cref="Bind(int, long)"/>
    public SqliteStatement Bind(int parameter, string value)
    {
        _database.Check(raw.sqlite3_bind_text(_statement, parameter, value));
        return this;
    }

    /// <summary>Runs on to the next row; false at the end.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            var fault = _database.Fault(code);
            _ = raw.sqlite3_reset(_statement);
            throw fault;
        }

        return false;
    }

    /// <summary>Makes it ready to run again. Repeats the code of a failed step, which has already been reported.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_statement);

    /// <summary>Runs to its end, rows ignored.</summary>
    public void Run()
    {
        while (Step())
        {
        }

        Reset();
    }

    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>Valid until the next <see cref="Step"/> or <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();
}
