using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Entities;
using Orleans.Inference.Routing;
using Orleans.Inference.Storage.Sqlite;

namespace Orleans.Inference.Storage.Tests.Sqlite;

public sealed class SqliteStateStoreTests : IDisposable
{
    private const string Fingerprint = "0123456789abcdef";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Store_KilledAfterCommit_HasTheCheckpoint()
    {
        using var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint);
        store.Commit(Write(1, 10, 100));
        store.Commit(Write(2, 10, 100));

        using var survivor = OpenCopy();
        Assert.Equal(2, survivor.ReadHeader()!.Checkpoint);
        Assert.Equal([1L, 2L], survivor.ReadLog().Select(changes => changes.Checkpoint));
        Assert.All(Read(survivor, 10), entity => Assert.Equal(2, entity.Checkpoint));
    }

    [Fact]
    public void Store_KilledInsideACommit_HasThePreviousCheckpoint()
    {
        // More than the page cache holds, so that half of the transaction is already in the files when they are copied.
        const int Entities = 50_000;
        using var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint);
        store.Commit(Write(1, 10, 100));
        SqliteStateStore? survivor = null;
        var write = Write(2, Entities, 1000);
        store.Commit(write with { Changes = new WatchedParts(write.Changes[0], () => survivor ??= OpenCopy()) });
        using var opened = survivor!;

        Assert.True(new FileInfo(_folder.At("copy.db-wal")).Length > 10_000_000, "The unfinished commit should have reached the file.");
        Assert.Equal(1, opened.ReadHeader()!.Checkpoint);
        Assert.Equal(1, Assert.Single(opened.ReadLog()).Checkpoint);
        Assert.Equal(10, Read(opened, Entities).Count);
        Assert.Equal(Entities, Read(store, Entities).Count);
    }

    [Fact]
    public void Store_TornWriteAheadLog_HasAWholeCheckpoint()
    {
        // What a power cut can leave: the log's tail is missing.
        using (var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint))
        {
            for (var checkpoint = 1; checkpoint <= 20; checkpoint++)
            {
                store.Commit(Write(checkpoint, 20, 500));
            }

            Copy();
        }

        var whole = new FileInfo(_folder.At("copy.db-wal")).Length;
        using (var stream = File.OpenWrite(_folder.At("copy.db-wal")))
        {
            stream.SetLength(whole * 2 / 3);
        }

        using var survivor = new SqliteStateStore(_folder.At("copy.db"), Fingerprint);
        var header = survivor.ReadHeader()!;
        Assert.InRange(header.Checkpoint, 2, 19);
        Assert.Equal(header.Checkpoint, survivor.ReadLog().Last().Checkpoint);
        Assert.All(Read(survivor, 20), entity => Assert.Equal(header.Checkpoint, entity.Checkpoint));
        survivor.Commit(Write(header.Checkpoint + 1, 20, 500));
    }

    [Fact]
    public void Open_OtherFeatures_IsRefused()
    {
        using (var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint))
        {
            store.Commit(Write(1, 1, 1));
        }

        var exception = Assert.Throws<InferenceException>(() => new SqliteStateStore(_folder.At("state.db"), "fedcba9876543210"));
        Assert.Contains("features", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--state", exception.Message, StringComparison.Ordinal);
        using var again = new SqliteStateStore(_folder.At("state.db"), Fingerprint);
        Assert.Equal(1, again.ReadHeader()!.Checkpoint);
    }

    [Fact]
    public void Open_OtherFeaturesWithoutACheckpoint_TakesTheFolderOver()
    {
        new SqliteStateStore(_folder.At("state.db"), Fingerprint).Dispose();
        using (var store = new SqliteStateStore(_folder.At("state.db"), "fedcba9876543210"))
        {
            store.Commit(Write(1, 1, 1));
        }

        Assert.Throws<InferenceException>(() => new SqliteStateStore(_folder.At("state.db"), Fingerprint));
    }

    [Fact]
    public void Open_NotADatabase_SaysThatItIsDamaged()
    {
        File.WriteAllText(_folder.At("state.db"), new string('x', 10_000));
        var exception = Assert.Throws<InferenceException>(() => new SqliteStateStore(_folder.At("state.db"), Fingerprint));
        Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.At("state.db"), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnotherProgramsDatabase_IsRefused()
    {
        Run("CREATE TABLE photos(name TEXT)");
        var exception = Assert.Throws<InferenceException>(() => new SqliteStateStore(_folder.At("state.db"), Fingerprint));
        Assert.Contains("not a state database", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnotherLayout_IsRefused()
    {
        new SqliteStateStore(_folder.At("state.db"), Fingerprint).Dispose();
        Run("PRAGMA user_version = 99");
        var exception = Assert.Throws<InferenceException>(() => new SqliteStateStore(_folder.At("state.db"), Fingerprint));
        Assert.Contains("layout 99", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LayoutOne_IsKeptAndCanStoreRoutes()
    {
        using (var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint))
        {
            store.Commit(Write(3, 5, 10));
        }

        // What the first layout was: the same without this table.
        Run("DROP TABLE routes; PRAGMA user_version = 1");
        var route = new StoredRoute(new RouteRevision(2, new RouteModel(1, null), 1, "ann", new RouteModel(2, null)), 7);
        using (var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint))
        {
            Assert.Equal(3, store.ReadHeader()!.Checkpoint);
            Assert.Equal(5, Read(store, 5).Count);
            Assert.Empty(store.ReadRoutes());
            store.SaveRoute(route);
        }

        using var again = new SqliteStateStore(_folder.At("state.db"), Fingerprint);
        Assert.Equal([route], again.ReadRoutes());
    }

    [Fact]
    public void ReadRoutes_DamagedRoute_IsNamed()
    {
        using var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint);
        Run("INSERT INTO routes VALUES (1, 0, '{\"number\": 1}')");
        Assert.Contains("damaged", Assert.Throws<InferenceException>(() => store.ReadRoutes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFolder_NamesThePath()
    {
        var path = Path.Combine(_folder.FullName, "missing", "state.db");
        var exception = Assert.Throws<InferenceException>(() => new SqliteStateStore(path, Fingerprint));
        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OverwrittenPages_SaysThatItIsDamaged()
    {
        using (var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint))
        {
            store.Commit(Write(1, 1000, 100));
        }

        using (var stream = File.OpenWrite(_folder.At("state.db")))
        {
            // Behind the first page, which says what tables there are.
            stream.Position = 4096;
            stream.Write(Enumerable.Repeat((byte)0xEE, (int)stream.Length - 4096).ToArray());
        }

        var exception = Assert.Throws<InferenceException>(() =>
        {
            using var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint);
            Read(store, 1000);
        });
        Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_NotJson_SaysThatItIsDamaged()
    {
        using (var store = new SqliteStateStore(_folder.At("state.db"), Fingerprint))
        {
            store.Commit(Write(1, 1, 1));
        }

        Run("UPDATE header SET json = '{'");
        using var reopened = new SqliteStateStore(_folder.At("state.db"), Fingerprint);
        Assert.Contains("damaged", Assert.Throws<InferenceException>(() => reopened.ReadHeader()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_FULL, "full")]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR | (3 << 8), "disk")]
    [InlineData(SQLitePCL.raw.SQLITE_READONLY, "permissions")]
    [InlineData(SQLitePCL.raw.SQLITE_CORRUPT, "--state")]
    public void Fault_Code_NamesThePathAndTheCure(int code, string cure)
    {
        var exception = SqliteFault.Of("/state/fraud/state.db", code, "detail");
        Assert.Contains("/state/fraud/state.db", exception.Message, StringComparison.Ordinal);
        Assert.Contains(cure, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commit_FullDisk_KeepsThePreviousCheckpoint()
    {
        // A file system of 4 MB in memory inside the test's own folder: mounting one takes root on Linux.
        var folder = _folder.At("small");
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess
            || Mount("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder) != 0)
        {
            Assert.Skip("Mounting a small file system is not allowed here.");
        }

        try
        {
            using var store = new SqliteStateStore(Path.Combine(folder, "state.db"), Fingerprint);
            store.Commit(Write(1, 10, 100));
            var exception = Assert.Throws<InferenceException>(() => store.Commit(Write(2, 10_000, 1000)));
            Assert.Contains("full", exception.Message, StringComparison.Ordinal);
            Assert.Equal(1, store.ReadHeader()!.Checkpoint);
            store.Commit(Write(2, 10, 100));
            Assert.Equal(2, store.ReadHeader()!.Checkpoint);
        }
        finally
        {
            Assert.Equal(0, Mount("umount", folder));
        }
    }

    private static int Mount(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static CheckpointWrite Write(long checkpoint, int entities, int length)
    {
        var stored = Enumerable.Range(0, entities).Select(number =>
        {
            var key = Encoding.UTF8.GetBytes($"C{number}");
            return new StoredEntity(0, key, XxHash64.Hash(key), checkpoint, new byte[length]);
        });
        var header = new CheckpointHeader(checkpoint, 0, 1, "", "", [], []);
        return new CheckpointWrite(header, [.. stored], [BitConverter.GetBytes(checkpoint)], 0);
    }

    private static List<StoredEntity> Read(SqliteStateStore store, int count)
    {
        var found = new List<StoredEntity>();
        var keys = Enumerable.Range(0, count).Select(number => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"C{number}"));
        store.ReadEntities(0, [.. keys], found.Add);
        return found;
    }

    /// <summary>What another process would find if this one ended now: the files as they are, without the shared memory.</summary>
    private SqliteStateStore OpenCopy()
    {
        Copy();
        return new SqliteStateStore(_folder.At("copy.db"), Fingerprint);
    }

    private void Copy()
    {
        File.Copy(_folder.At("state.db"), _folder.At("copy.db"));
        File.Copy(_folder.At("state.db-wal"), _folder.At("copy.db-wal"));
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.At("state.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class WatchedParts(ReadOnlyMemory<byte> part, Action reached) : IReadOnlyList<ReadOnlyMemory<byte>>
    {
        public int Count => 1;

        public ReadOnlyMemory<byte> this[int index]
        {
            get
            {
                reached();
                return part;
            }
        }

        public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
        {
            yield return this[0];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
