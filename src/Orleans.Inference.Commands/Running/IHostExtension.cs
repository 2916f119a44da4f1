using Microsoft.AspNetCore.Builder;

namespace Orleans.Inference.Commands.Running;

/// <summary>Implemented by an <see cref="Engines.IEngineFactory"/> whose engine lives in the program's own server, with services and endpoints there.</summary>
public interface IHostExtension
{
    /// <summary>Adds services, before the server is built and before any engine is made.</summary>
    /// <exception cref="InferenceException">The configuration is wrong; the message has a line for each problem.</exception>
    void Configure(WebApplicationBuilder builder);

    /// <summary>Maps endpoints, beside those of the API. The server is built and has not started; engines start after it.</summary>
    void Map(WebApplication app);

    /// <summary>Called at the order to stop; until it completes the server goes on serving. Readiness ends with the call, so that callers have time to go elsewhere.</summary>
    Task LeaveAsync();
}
