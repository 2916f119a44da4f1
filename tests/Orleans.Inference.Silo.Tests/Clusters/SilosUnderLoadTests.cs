using Orleans.Inference.Silo.Tests.Programs;
using Orleans.Inference.Testing;

namespace Orleans.Inference.Silo.Tests.Clusters;

/// <summary>Silos as processes that come and go under load, with membership and state in a real PostgreSQL and events from Kafka.</summary>
[Collection(PostgreSqlTests.Name)]
public sealed class SilosUnderLoadTests(PostgreSqlServer server, ITestOutputHelper output)
{
    private const int Rate = 800;
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReplacementLimit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task KilledSilo_LosesNothingAndIsReplacedWithin15Seconds()
    {
        var database = await server.CreateDatabaseAsync();
        await using var payments = new PaymentTopic();
        await using var silos = new PaymentSilos(database, payments);

        // The first has the supervisor and the HTTP door: the worst to lose.
        var victim = await silos.AddAsync();
        var survivors = await Task.WhenAll(silos.AddAsync(), silos.AddAsync());
        var sending = payments.SendAsync(count: 17 * Rate, Rate);
        await payments.SentAsync(4 * Rate);
        await AwaitSharesAsync(survivors[0], victim);
        output.WriteLine($"killed: {await SiloShares.OfAsync(survivors[0], victim)}");

        await victim.Process.KillAsync();
        var killedAt = TimeProvider.System.GetUtcNow();
        var sentBefore = payments.SentCount;
        await sending;

        using var reader = new PredictionReader(payments);
        var predictions = reader.ReadUntil(payments.SentCount, ReadLimit, () => silos.Said);
        await payments.AssertAreCoresAsync(predictions, () => silos.Said);
        Assert.True(sentBefore < payments.SentCount - (8 * Rate), "The load ended too soon after the kill.");
        AssertGoesOn("partition", predictions.GroupBy(prediction => $"{prediction.Partition}"), PaymentTopic.Partitions, killedAt);
        AssertGoesOn("customer", predictions.GroupBy(prediction => prediction.Entity), PaymentTopic.Customers, killedAt);
    }

    [Fact]
    public async Task AddedSilo_TakesPartitionsAndEntitiesWithoutAFailedCall()
    {
        var database = await server.CreateDatabaseAsync();
        await using var payments = new PaymentTopic();
        await using var silos = new PaymentSilos(database, payments);
        var two = await Task.WhenAll(silos.AddAsync(), silos.AddAsync());
        using var enough = new CancellationTokenSource();
        var sending = payments.SendAsync(count: 40 * Rate, Rate, enough.Token);
        await payments.SentAsync(2 * Rate);
        using var reader = new PredictionReader(payments);
        reader.ReadUntilEveryCustomer(ReadLimit, () => silos.Said);

        await using var calls = new ScoringCalls(payments.PipelineName);
        two.ToList().ForEach(calls.Ask);
        var added = await silos.AddAsync();
        calls.Ask(added);
        await AwaitSharesAsync(two[0], added);
        var sentBefore = payments.SentCount;
        output.WriteLine($"after {sentBefore} payments: {await SiloShares.OfAsync(two[0], added)}");
        await payments.SentAsync(sentBefore + (2 * Rate));
        await enough.CancelAsync();
        await sending;
        var predictions = reader.ReadUntil(payments.SentCount, ReadLimit, () => silos.Said);
        await calls.EndAsync();

        output.WriteLine($"{calls.Count} calls");
        Assert.True(calls.Failures.Count == 0, $"{calls.Failures.Count} of {calls.Count} calls failed:\n{string.Join('\n', calls.Failures.Take(20))}{silos.Said}");
        Assert.InRange(calls.Count, 500, int.MaxValue);
        await payments.AssertAreCoresAsync(predictions, () => silos.Said);
    }

    /// <summary>Waits until a silo has something of everything that is spread over silos.</summary>
    private static Task AwaitSharesAsync(SiloProcess asked, SiloProcess silo) => Awaited.UntilAsync(
        async () => await SiloShares.OfAsync(asked, silo) is var shares && shares is { Partitions: > 0, Customers: > 0, Terminals: > 0 } ? null : $"{shares}",
        () => $"partitions and entities on the silo on port {silo.SiloPort}; it said: {silo.Said}");

    /// <summary>Each of the groups has a prediction soon after the kill, and is never silent for long from then on.</summary>
    private void AssertGoesOn(string kind, IEnumerable<IGrouping<string, DeliveredPrediction>> groups, int count, DateTimeOffset killedAt)
    {
        var silences = groups.OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
        {
            var times = group.Select(prediction => prediction.ScoredAt).Where(at => at > killedAt).Order().Prepend(killedAt).ToList();
            var gaps = times.Zip(times.Skip(1), (before, after) => after - before).DefaultIfEmpty(TimeSpan.MaxValue).ToList();
            return (group.Key, First: gaps[0], Longest: gaps.Max());
        }).ToList();
        var (worst, first, longest) = silences.MaxBy(silence => silence.Longest);
        output.WriteLine(count > PaymentTopic.Partitions
            ? $"{kind}s: first again at the latest after {silences.Max(silence => silence.First).TotalSeconds:F1} s, silent at most {longest.TotalSeconds:F1} s"
            : string.Join('\n', silences.Select(silence => $"{kind} {silence.Key}: first again after {silence.First.TotalSeconds:F1} s, silent at most {silence.Longest.TotalSeconds:F1} s")));
        Assert.Equal(count, silences.Count);
        Assert.True(longest < ReplacementLimit, $"{kind} {worst} was silent for {longest}, at first for {first}");
    }
}
