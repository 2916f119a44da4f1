using Microsoft.Extensions.Hosting;

namespace Orleans.Inference.Api.Requests;

/// <summary>Ends what waits or streams when the host begins to stop, so that stopping does not wait for its clients.</summary>
internal sealed class StoppingToken(IHostApplicationLifetime lifetime)
{
    public bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    public CancellationTokenSource LinkTo(CancellationToken requestAborted) =>
        CancellationTokenSource.CreateLinkedTokenSource(requestAborted, lifetime.ApplicationStopping);
}
