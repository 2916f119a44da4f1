using System.Net;
using Microsoft.Extensions.Configuration;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Grains.Hosting.Membership;
using Orleans.Inference.Silo.Settings;

namespace Orleans.Inference.Silo.Running;

/// <summary>Puts a silo together from its settings.</summary>
internal static class InferenceSilo
{
    public static ISiloBuilder AddInferenceSilo(this ISiloBuilder silo, SiloSettings settings, IConfiguration configuration)
    {
        var clustering = settings.Clustering;
        silo.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = clustering.ClusterId;
            options.ServiceId = clustering.ServiceId;
        });
        silo.Configure<EndpointOptions>(options => Listen(options, clustering));
        silo.UseMembershipTiming();
        settings.ClusteringHosting.AddClustering(silo, configuration);
        settings.StorageHosting.AddStorage(silo, configuration);
        silo.AddInference();
        silo.AddDashboard();
        return silo;
    }

    /// <summary>On the advertised address alone where that is loopback; elsewhere on all of the machine's, since the advertised one may be a router's.</summary>
    private static void Listen(EndpointOptions options, ClusteringSettings clustering)
    {
        var advertised = clustering.Provider == "localhost" ? IPAddress.Loopback : clustering.AdvertisedAddress;
        options.SiloPort = clustering.SiloPort;
        options.GatewayPort = clustering.GatewayPort;
        if (advertised is not null)
        {
            options.AdvertisedIPAddress = advertised;
        }

        if (advertised is null || !IPAddress.IsLoopback(advertised))
        {
            options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Any, clustering.SiloPort);
            options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Any, clustering.GatewayPort);
        }
    }
}
