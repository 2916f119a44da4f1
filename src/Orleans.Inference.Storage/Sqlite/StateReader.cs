using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Storage.Sqlite;

/// <summary>A connection that only reads: in WAL mode it neither waits for a commit nor delays one. Used by one thread at a time.</summary>
internal sealed class StateReader : IDisposable
{
    // Enough for the inner pages of some ten million entities; the leaves are the operating system's to cache.
    private const int CacheKibibytes = 4 * 1024;

    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _entity;

    public StateReader(string path)
    {
        _database = new SqliteDatabase(path, CacheKibibytes);
        try
        {
            _database.Execute("PRAGMA query_only = ON");
            _entity = new SqliteStatement(_database, "SELECT hash, checkpoint, state FROM entities WHERE type = ?1 AND key = ?2");
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    public CheckpointHeader? ReadHeader()
    {
        using var query = new SqliteStatement(_database, "SELECT json FROM header");
        return query.Step() ? HeaderJson.Read(query.Text(0), _database.Path) : null;
    }

    public IReadOnlyList<StoredRoute> ReadRoutes()
    {
        using var query = new SqliteStatement(_database, "SELECT sequence, json FROM routes ORDER BY number");
        var routes = new List<StoredRoute>();
        while (query.Step())
        {
            routes.Add(new StoredRoute(RouteOf(query.Text(1)), query.Integer(0)));
        }

        return routes;
    }

    public IEnumerable<LoggedChanges> ReadLog()
    {
        using var query = new SqliteStatement(_database, "SELECT checkpoint, bytes FROM log ORDER BY checkpoint, part");
        while (query.Step())
        {
            yield return new LoggedChanges(query.Integer(0), query.Bytes(1).ToArray());
        }
    }

    /// <summary>
    /// One seek a key under one snapshot. It is what a list of parameters would do, without building a temporary table of them first.
    /// </summary>
    public void ReadEntities(int entityType, IReadOnlyList<ReadOnlyMemory<byte>> keys, Action<StoredEntity> found)
    {
        _database.Execute("BEGIN");
        try
        {
            _entity.Bind(1, entityType);
            for (var i = 0; i < keys.Count; i++)
            {
                if (_entity.Bind(2, keys[i].Span).Step())
                {
                    found(new StoredEntity(
                        entityType, keys[i], (ulong)_entity.Integer(0), _entity.Integer(1), _entity.Bytes(2).ToArray()));
                }

                _entity.Reset();
            }
        }
        finally
        {
            _entity.Reset();
            _database.Execute("ROLLBACK");
        }
    }

    public void ReadEntityHashes(Action<int, ulong> found)
    {
        using var query = new SqliteStatement(_database, "SELECT type, hash FROM entities");
        while (query.Step())
        {
            found((int)query.Integer(0), (ulong)query.Integer(1));
        }
    }

    public void Dispose()
    {
        _entity.Dispose();
        _database.Dispose();
    }

    private RouteRevision RouteOf(string json)
    {
        try
        {
            return RouteRevisionJson.Decode(Encoding.UTF8.GetBytes(json));
        }
        catch (InferenceException exception)
        {
            throw SqliteFault.Damaged(_database.Path, exception.Message);
        }
    }
}
