using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orleans.Inference.Storage.Sqlite;

/// <summary>One connection to a state database. Used by one thread at a time.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly SqliteConnection _connection;

    /// <exception cref="InferenceException">The file cannot be opened.</exception>
    public SqliteDatabase(string path, int cacheKibibytes)
    {
        Path = path;

        // Pooled connections would outlive Dispose and keep the file open.
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        try
        {
            _connection.Open();
            Execute($"PRAGMA busy_timeout = 5000; PRAGMA cache_size = -{cacheKibibytes}; PRAGMA temp_store = MEMORY");
        }
        catch (SqliteException exception)
        {
            _connection.Dispose();
            throw SqliteFault.Of(path, exception.SqliteExtendedErrorCode, exception.Message, exception);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public sqlite3 Handle => _connection.Handle ?? throw new ObjectDisposedException(Path);

    /// <summary>Runs statements separated by semicolons, rows ignored.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(Handle, sql));

    public long QueryInteger(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        return statement.Step() ? statement.Integer(0) : 0;
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Fault(code);
        }
    }

    public InferenceException Fault(int code)
    {
        var extended = raw.sqlite3_extended_errcode(Handle);
        return SqliteFault.Of(Path, extended == raw.SQLITE_OK ? code : extended, raw.sqlite3_errmsg(Handle).utf8_to_string());
    }

    public void Dispose() => _connection.Dispose();
}
