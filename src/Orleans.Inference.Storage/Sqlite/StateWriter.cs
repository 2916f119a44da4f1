using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Storage.Sqlite;

/// <summary>The one connection that writes. Used by one thread at a time.</summary>
internal sealed class StateWriter : IDisposable
{
    // Bounds the memory of a large checkpoint: pages beyond it go to the write-ahead log before the commit.
    private const int CacheKibibytes = 32 * 1024;

    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _header;
    private readonly SqliteStatement _entity;
    private readonly SqliteStatement _change;
    private readonly SqliteStatement _drop;
    private long? _epoch;

    /// <summary>Opens or creates the database.</summary>
    /// <exception cref="InferenceException">
    /// It cannot be opened, or it is not this pipeline's state; see <see cref="StateSchema.Prepare"/>.
    /// </exception>
    public StateWriter(string path, string fingerprint)
    {
        _database = new SqliteDatabase(path, CacheKibibytes);
        try
        {
            // wal_autocheckpoint: pages are moved from the log into the file once 16 MB have gathered, so that a page that many commits
            // touch moves once, and a commit that does the moving takes tens of milliseconds. journal_size_limit: a burst does not keep
            // its disk space.
            _database.Execute("""
                PRAGMA page_size = 4096;
                PRAGMA synchronous = NORMAL;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA secure_delete = OFF
                """);
            UseWriteAheadLog();
            StateSchema.Prepare(_database, fingerprint);
            _header = new SqliteStatement(_database, "INSERT OR REPLACE INTO header(id, json) VALUES (1, ?1)");
            _entity = new SqliteStatement(
                _database, "INSERT OR REPLACE INTO entities(type, key, hash, checkpoint, state) VALUES (?1, ?2, ?3, ?4, ?5)");
            _change = new SqliteStatement(_database, "INSERT INTO log(checkpoint, part, bytes) VALUES (?1, ?2, ?3)");
            _drop = new SqliteStatement(_database, "DELETE FROM log WHERE checkpoint < ?1");
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="IStateStore.Commit"/>
    public long Commit(CheckpointWrite write)
    {
        if (write.Header.Epoch == _epoch)
        {
            return CommitOne(write);
        }

        // A new epoch must not be forgotten by a power cut: this one commit waits for the disk.
        var bytes = 0L;
        OnDisk(() => bytes = CommitOne(write));
        _epoch = write.Header.Epoch;
        return bytes;
    }

    /// <summary>Adds a revision of the route. A power cut must not forget it: its number is in predictions from here on.</summary>
    public void SaveRoute(StoredRoute route)
    {
        using var insert = new SqliteStatement(_database, "INSERT OR REPLACE INTO routes(number, sequence, json) VALUES (?1, ?2, ?3)");
        OnDisk(() => insert.Bind(1, route.Revision.Number).Bind(2, route.FromSequence).Bind(3, Encoding.UTF8.GetString(RouteRevisionJson.Encode(route.Revision))).Run());
    }

    public void Dispose()
    {
        _header.Dispose();
        _entity.Dispose();
        _change.Dispose();
        _drop.Dispose();
        _database.Dispose();
    }

    private void OnDisk(Action write)
    {
        _database.Execute("PRAGMA synchronous = FULL");
        try
        {
            write();
        }
        finally
        {
            _database.Execute("PRAGMA synchronous = NORMAL");
        }
    }

    private long CommitOne(CheckpointWrite write)
    {
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            var bytes = WriteEntities(write.Entities) + WriteChanges(write.Header.Checkpoint, write.Changes);
            _drop.Bind(1, write.DropLogBefore).Run();
            _header.Bind(1, HeaderJson.Write(write.Header)).Run();
            _database.Execute("COMMIT");
            return bytes;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    private void UseWriteAheadLog()
    {
        using var pragma = new SqliteStatement(_database, "PRAGMA journal_mode = WAL");
        if (!pragma.Step() || !string.Equals(pragma.Text(0), "wal", StringComparison.Ordinal))
        {
            throw new InferenceException(
                $"The file system of '{_database.Path}' cannot share memory between connections, which SQLite's write-ahead log needs. "
                + "Choose a folder on a local disk with --state.");
        }
    }

    /// <summary>In the order of the tree: every page is visited once, whatever order the shards hand their entities over in.</summary>
    private long WriteEntities(IReadOnlyList<StoredEntity> entities)
    {
        var order = new int[entities.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (left, right) => Compare(entities, left, right));
        var bytes = 0L;
        foreach (var index in order)
        {
            var entity = entities[index];
            _entity.Bind(1, entity.EntityType).Bind(2, entity.Key.Span).Bind(3, (long)entity.KeyHash)
                .Bind(4, entity.Checkpoint).Bind(5, entity.State.Span).Run();
            bytes += entity.Key.Length + entity.State.Length;
        }

        return bytes;
    }

    private static int Compare(IReadOnlyList<StoredEntity> entities, int left, int right)
    {
        var a = entities[left];
        var b = entities[right];
        var order = a.EntityType.CompareTo(b.EntityType);
        order = order != 0 ? order : a.Key.Span.SequenceCompareTo(b.Key.Span);

        // The same entity twice: the later one stays.
        return order != 0 ? order : left.CompareTo(right);
    }

    private long WriteChanges(long checkpoint, IReadOnlyList<ReadOnlyMemory<byte>> changes)
    {
        var bytes = 0L;
        for (var part = 0; part < changes.Count; part++)
        {
            _change.Bind(1, checkpoint).Bind(2, part).Bind(3, changes[part].Span).Run();
            bytes += changes[part].Length;
        }

        return bytes;
    }

    private void RollBack()
    {
        try
        {
            _database.Execute("ROLLBACK");
        }
        catch (InferenceException)
        {
            // SQLite has rolled back by itself (disk full, I/O error); the first failure is the one to report.
        }
    }
}
