using Microsoft.Extensions.Hosting;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Silo.Running;

/// <summary>
/// Stops the engines between the web server, whose last requests they have answered then, and the silo, whose grains hand over their inputs and save their entities with it.
/// </summary>
internal sealed class EnginesBeforeSilo(IReadOnlyList<IScoringEngine> engines, TimeProvider time) : IHostedService
{
    // Whoever sent the signal kills after half a minute, and the silo needs some of it to leave.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await Task.WhenAll(engines.Select(engine => engine.StopAsync(ended.Token)));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // An engine that fails or takes too long is asked again by the program, which reports it. The silo leaves all the same.
        }
    }
}
