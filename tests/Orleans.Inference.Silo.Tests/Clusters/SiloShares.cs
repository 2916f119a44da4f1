using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Inference.Silo.Tests.Programs;

namespace Orleans.Inference.Silo.Tests.Clusters;

/// <summary>How much of a cluster's work one silo has, as Orleans' dashboard shows it once a second.</summary>
/// <param name="Partitions">Source partitions that it runs.</param>
/// <param name="Customers">Primary entities in its memory, placed by their partition.</param>
/// <param name="Terminals">Other entities in its memory, placed by hash.</param>
internal sealed record SiloShares(int Partitions, int Customers, int Terminals)
{
    /// <param name="asked">A silo whose dashboard is read.</param>
    /// <param name="silo">The one it is read about.</param>
    public static async Task<SiloShares> OfAsync(SiloProcess asked, SiloProcess silo)
    {
        var counters = await asked.Http.GetFromJsonAsync<JsonElement>("/orleans/DashboardCounters", TestContext.Current.CancellationToken);
        var grains = counters.GetProperty("simpleGrainStats").EnumerateArray()
            .Where(grain => grain.GetProperty("siloAddress").GetString()!.Contains($":{silo.SiloPort}"))
            .ToList();
        return new SiloShares(CountOf(".PartitionGrain"), CountOf(".PrimaryEntityGrain"), CountOf(".EntityGrain"));

        int CountOf(string type) => grains.Where(grain => grain.GetProperty("grainType").GetString()!.EndsWith(type, StringComparison.Ordinal))
            .Sum(grain => grain.GetProperty("activationCount").GetInt32());
    }
}
