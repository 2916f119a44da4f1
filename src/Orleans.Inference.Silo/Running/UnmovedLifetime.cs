using Microsoft.Extensions.Hosting;

namespace Orleans.Inference.Silo.Running;

/// <summary>Leaves signals to the program.</summary>
internal sealed class UnmovedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
