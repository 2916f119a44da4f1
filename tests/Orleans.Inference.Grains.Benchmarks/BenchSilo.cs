using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Storage.PostgreSql;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>One silo in this process.</summary>
internal static class BenchSilo
{
    /// <param name="postgres">Where state goes; null is memory.</param>
    public static async Task<IHost> StartAsync(string? postgres)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning).AddFilter("Orleans.Runtime", LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0);
            silo.AddInference();
            silo.Services.AddSingleton<SingleCallSource>();
            silo.AddEntityStore(_ => postgres is null ? new MemoryEntityStore() : new PostgreSqlEntityStore(postgres));
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
