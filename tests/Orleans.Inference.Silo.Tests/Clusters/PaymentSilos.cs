using System.Net;
using Orleans.Inference.Silo.Tests.Programs;

namespace Orleans.Inference.Silo.Tests.Clusters;

/// <summary>Silos as processes that score the payments of one topic, with membership and state in one database. Disposing kills what still runs.</summary>
internal sealed class PaymentSilos(string database, PaymentTopic payments) : IAsyncDisposable
{
    private readonly List<SiloProcess> _all = [];

    /// <summary>What every silo has said, for when something is awaited in vain.</summary>
    public string Said => string.Concat(_all.Select(silo => $"\n--- silo {silo.SiloPort} said:\n{silo.Said}"));

    /// <summary>Starts one more and waits until it is ready.</summary>
    public async Task<SiloProcess> AddAsync()
    {
        var silo = await SiloProcess.StartReadingAsync(
            payments.PipelineFolder,
            payments.BootstrapServers,
            ("Clustering:Provider", "adonet"),
            ("Clustering:ConnectionString", database),
            ("Clustering:AdvertisedAddress", "127.0.0.1"),
            ("Storage:Provider", "adonet"),
            ("Storage:ConnectionString", database));
        lock (_all)
        {
            _all.Add(silo);
        }

        await silo.WaitForReadinessAsync(HttpStatusCode.OK);
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _all)
        {
            await silo.DisposeAsync();
        }
    }
}
