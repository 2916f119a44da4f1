using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Configuration;
using Orleans.Inference.Grains.Hosting.Membership;
using Orleans.Inference.Testing;

namespace Orleans.Inference.Silo.Tests.Membership;

[Collection(PostgreSqlTests.Name)]
public sealed class MembershipTablesTests(PostgreSqlServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Creation_ByManySilosAtOnce_AndAgain_MakesEachQueryOnce()
    {
        var database = await server.CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MembershipTables.EnsureAsync(database, Cancellation)));
        await MembershipTables.EnsureAsync(database, Cancellation);

        Assert.Equal(9L, await database.AskAsync("SELECT count(*) FROM OrleansQuery"));
    }

    [Fact]
    public async Task Creation_BesideQueriesOfSomebodyElse_LeavesThemAlone()
    {
        var database = await server.CreateDatabaseAsync();
        await database.AskAsync(
            "CREATE TABLE OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000)); INSERT INTO OrleansQuery VALUES ('GatewaysQueryKey', 'SELECT theirs')");

        await MembershipTables.EnsureAsync(database, Cancellation);

        Assert.Equal("SELECT theirs", await database.AskAsync("SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'GatewaysQueryKey'"));
        Assert.Equal(9L, await database.AskAsync("SELECT count(*) FROM OrleansQuery"));
    }

    [Fact]
    public async Task Creation_OverAnOlderRelease_BringsItsQueriesUpToDate()
    {
        var database = await server.CreateDatabaseAsync();
        await MembershipTables.EnsureAsync(database, Cancellation);
        var current = await database.AskAsync("SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'GatewaysQueryKey'");
        await database.AskAsync("UPDATE OrleansQuery SET QueryText = 'SELECT older FROM inference_silo' WHERE QueryKey = 'GatewaysQueryKey'");

        await MembershipTables.EnsureAsync(database, Cancellation);

        Assert.Equal(current, await database.AskAsync("SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'GatewaysQueryKey'"));
    }

    [Fact]
    public async Task Creation_WhereNoServerIs_SaysWhichSettingToCheck()
    {
        var fault = await Assert.ThrowsAsync<InferenceException>(() => MembershipTables.EnsureAsync("Host=127.0.0.1;Port=1;Username=a;Database=b", Cancellation));

        Assert.Equal(
            "PostgreSQL at 127.0.0.1:1/b does not answer: Connection refused. Check that it is up and that Clustering:ConnectionString leads to it.", fault.Message);
    }

    [Fact]
    public async Task Table_FollowsTheProtocol_OneWriterAVersion()
    {
        var table = await OpenTableAsync(await server.CreateDatabaseAsync());
        var empty = await table.ReadAllAsync(Cancellation);
        Assert.Empty(empty.Members);
        var (first, second) = (Entry(1), Entry(2));

        Assert.True(await table.InsertRowAsync(first, empty.Version.Next(), Cancellation));

        // The version that both have read is taken.
        Assert.False(await table.InsertRowAsync(second, empty.Version.Next(), Cancellation));
        var one = await table.ReadAllAsync(Cancellation);
        Assert.Equal(1, one.Version.Version);
        Assert.False(await table.InsertRowAsync(first, one.Version.Next(), Cancellation));
        Assert.True(await table.InsertRowAsync(second, one.Version.Next(), Cancellation));
        Assert.Equal(2, (await table.ReadAllAsync(Cancellation)).Members.Count);

        var row = await table.ReadRowAsync(first.SiloAddress, Cancellation);
        var (entry, tag) = Assert.Single(row.Members);
        Assert.Equal((first.SiloName, first.HostName, SiloStatus.Joining, 30_000), (entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort));
        entry.Status = SiloStatus.Dead;
        entry.SuspectTimes = [Tuple.Create(second.SiloAddress, first.StartTime)];
        Assert.True(await table.UpdateRowAsync(entry, tag, row.Version.Next(), Cancellation));
        Assert.False(await table.UpdateRowAsync(entry, tag, row.Version.Next(), Cancellation));

        var dead = Assert.Single((await table.ReadRowAsync(first.SiloAddress, Cancellation)).Members).Item1;
        Assert.Equal(SiloStatus.Dead, dead.Status);
        Assert.Equal(second.SiloAddress, Assert.Single(dead.SuspectTimes!).Item1);
        Assert.Equal(3, (await table.ReadAllAsync(Cancellation)).Version.Version);
        Assert.Empty((await table.ReadRowAsync(Entry(3).SiloAddress, Cancellation)).Members);
    }

    [Fact]
    public async Task Table_CleanedUp_KeepsActiveSilosHoweverOld()
    {
        var table = await OpenTableAsync(await server.CreateDatabaseAsync());
        foreach (var entry in new[] { Entry(1, SiloStatus.Active), Entry(2, SiloStatus.Dead), Entry(3, SiloStatus.Dead) })
        {
            Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));
        }

        var alive = Entry(3);
        alive.IAmAliveTime = Start.AddHours(2);
        await table.UpdateIAmAliveAsync(alive, Cancellation);
        await table.CleanupDefunctSiloEntriesAsync(new DateTimeOffset(Start.AddHours(1)), Cancellation);

        Assert.Equal([1, 3], (await table.ReadAllAsync(Cancellation)).Members.Select(member => member.Item1.SiloAddress.Generation).Order());
        await table.DeleteMembershipTableEntriesAsync("test", Cancellation);
    }

    [Fact]
    public async Task Table_WithManyWriters_GrowsByOneEachTime()
    {
        const int Writers = 6;
        var database = await server.CreateDatabaseAsync();
        var table = await OpenTableAsync(database);
        await Task.WhenAll(Enumerable.Range(1, Writers).Select(generation => Task.Run(
            async () =>
            {
                while (!await table.InsertRowAsync(Entry(generation), (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation))
                {
                    // Another writer took the version; there are at most as many refusals as writers.
                }
            },
            Cancellation)));

        var all = await table.ReadAllAsync(Cancellation);
        Assert.Equal((Writers, Writers), (all.Version.Version, all.Members.Count));
    }

    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static MembershipEntry Entry(int generation, SiloStatus status = SiloStatus.Joining) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111), generation),
        SiloName = $"silo{generation}",
        HostName = "host",
        Status = status,
        ProxyPort = 30_000,
        StartTime = Start,
        IAmAliveTime = Start,
    };

    /// <summary>Orleans' own client of the tables, from a silo that is built and never started.</summary>
    private static async Task<IMembershipTable> OpenTableAsync(string database)
    {
        await MembershipTables.EnsureAsync(database, Cancellation);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("test", "test"));
            silo.UseAdoNetClustering((AdoNetClusteringSiloOptions options) => (options.Invariant, options.ConnectionString) = ("Npgsql", database));
        });
        var table = builder.Build().Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true, Cancellation);
        return table;
    }
}

internal static class DatabaseQuestions
{
    public static async Task<object?> AskAsync(this string database, string text)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
