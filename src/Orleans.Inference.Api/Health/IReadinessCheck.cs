namespace Orleans.Inference.Api.Health;

/// <summary>Something besides the engines that has to hold before <c>/health/ready</c> says so; found among the services.</summary>
public interface IReadinessCheck
{
    /// <summary>Why the server is not ready; null when it is. Asked at every probe.</summary>
    string? NotReady { get; }
}
