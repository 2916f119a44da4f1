using Npgsql;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Storage.PostgreSql;
using Orleans.Inference.Testing;

namespace Orleans.Inference.Grains.Tests.Storage;

[Collection(PostgreSqlTests.Name)]
public sealed class PostgreSqlEntityStoreTests(PostgreSqlServer server) : ChangeStoreConformance
{
    [Fact]
    public async Task Open_ByManySilosAtOnce_MakesOneTable()
    {
        var database = await server.CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var store = new PostgreSqlEntityStore(database);
            await store.OpenAsync(TestContext.Current.CancellationToken);
        }));

        Assert.Equal(1L, await AskAsync(database, "SELECT count(*) FROM pg_tables WHERE tablename = 'inference_state'"));
    }

    [Fact]
    public async Task Whole_AfterChanges_LeavesOneRow()
    {
        var database = await server.CreateDatabaseAsync();
        await using var store = new PostgreSqlEntityStore(database);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        await WriteAsync(store, Change("C1", 1, "a"), Change("C1", 2, "b"), Change("C2", 1, "other"));

        await WriteAsync(store, Whole("C1", 3, "whole"));

        Assert.Equal("C1 3,C2 1", await AskAsync(database, "SELECT string_agg(convert_from(key, 'UTF8') || ' ' || version, ',' ORDER BY key) FROM inference_state"));
    }

    [Fact]
    public async Task Write_ThatMissedAVersionAndItsDeletion_IsRefused()
    {
        var database = await server.CreateDatabaseAsync();
        await using var store = new PostgreSqlEntityStore(database);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        await WriteAsync(store, Change("C1", 1, "a"));

        // time ->  slow writer's statement begins (sees 1) ......................... inserts 2: no row 2 in the index, so no conflict; takes it back
        //          owner                                   2, 3 whole (deletes 1, 2)
        // The row that the slow writer inserts before C1 makes it wait: this transaction holds the same version.
        await using var blocker = await HoldVersionAsync(database, Pipeline, "A0");
        var slow = WriteAsync(store, Whole("A0", 1, "slow"), Change("C1", 2, "slow"));
        await WaitForBlockedAsync(database);
        await using var owner = new PostgreSqlEntityStore(database);
        Assert.Empty(await WriteAsync(owner, Change("C1", 2, "owner")));
        Assert.Empty(await WriteAsync(owner, Whole("C1", 3, "owner whole")));
        await blocker.DisposeAsync();

        Assert.Equal([1], await slow);
        await AssertStoredAsync(store, Key("C1"), 3, "owner whole");
        Assert.Equal(1L, await AskAsync(database, "SELECT count(*) FROM inference_state WHERE key = 'C1'"));
    }

    [Fact]
    public async Task Open_WhereNoServerIs_SaysWhichSettingToCheck()
    {
        server.Require();
        await using var store = new PostgreSqlEntityStore("Host=127.0.0.1;Port=1;Username=inference;Database=none");

        var fault = await Assert.ThrowsAsync<InferenceException>(() => store.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("PostgreSQL at 127.0.0.1:1/none does not answer", fault.Message);
        Assert.Contains("Storage:ConnectionString", fault.Message);
    }

    [Fact]
    public async Task Open_OfADatabaseThatIsNotThere_SaysToCreateIt()
    {
        server.Require();
        await using var store = new PostgreSqlEntityStore(server.ConnectionString("absent"));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => store.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("Create the database", fault.Message);
    }

    [Fact]
    public async Task Open_WithoutTheRightToMakeTables_SaysWhatToGrant()
    {
        var database = await server.CreateDatabaseAsync();
        await AskAsync(database, "CREATE ROLE visitor LOGIN");
        await using var store = new PostgreSqlEntityStore(database.Replace("Username=inference", "Username=visitor"));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => store.OpenAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Contains("CREATE", fault.Message);

        // Somebody else may have made the table; the right to use it is then enough.
        await using var owner = new PostgreSqlEntityStore(database);
        await owner.OpenAsync(TestContext.Current.CancellationToken);
        await AskAsync(database, "GRANT SELECT, INSERT, UPDATE, DELETE ON inference_state TO visitor");
        await store.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await WriteAsync(store, Whole("C1", 1, "visitor")));
    }

    [Fact]
    public void ConnectionString_Malformed_SaysWhatIsAllowed()
    {
        var fault = Assert.Throws<InferenceException>(() => new PostgreSqlEntityStore("Hots=127.0.0.1"));
        Assert.Contains("Storage:ConnectionString", fault.Message);
        Assert.Contains("Host=HOST", fault.Message);
    }

    protected override async Task<IEntityStore> CreateAsync() => new PostgreSqlEntityStore(await server.CreateDatabaseAsync());

    private static async Task<object?> AskAsync(string database, string text)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A transaction that has inserted version 1 of a state and not ended; disposing it takes the row back.</summary>
    private static async Task<NpgsqlConnection> HoldVersionAsync(string database, string pipeline, string key)
    {
        var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"BEGIN; INSERT INTO inference_state VALUES ('{pipeline}', 0, '{key}', 1, true, 'held')", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Waits, for 30 s at most, until some connection to the database waits for a lock.</summary>
    private static async Task WaitForBlockedAsync(string database)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (await AskAsync(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is 0L)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(30), "the slow writer has not come to wait for the lock within 30 s");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
