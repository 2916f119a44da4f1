using System.Collections.Concurrent;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Serving.Scoring;

/// <summary>
/// The versions of a pipeline's model that are in memory, each loaded once, when it is first asked for. None is dropped before the end: the version that a route has just left is the
/// one to come back to. Any thread; who asks for a version that another thread is loading waits for it, and nobody else does.
/// </summary>
public sealed class LoadedVersions(PipelineModel pipeline, IModelCatalog catalog) : IDisposable
{
    private readonly ConcurrentDictionary<int, Lazy<IModelRuntime>> _runtimes = new();

    /// <exception cref="ModelException">The version cannot be loaded or does not fit. It is tried again when it is asked for again.</exception>
    public IModelRuntime Load(int version)
    {
        var loading = _runtimes.GetOrAdd(version, number => new Lazy<IModelRuntime>(() => catalog.Load(pipeline, number)));
        try
        {
            return loading.Value;
        }
        catch
        {
            _runtimes.TryRemove(KeyValuePair.Create(version, loading));
            throw;
        }
    }

    /// <summary>Loads every version that a route asks.</summary>
    /// <exception cref="ModelException">One of them cannot be loaded or does not fit.</exception>
    public void Load(RouteModel route)
    {
        foreach (var version in route.Versions())
        {
            Load(version);
        }
    }

    public void Dispose()
    {
        foreach (var runtime in _runtimes.Values.Where(runtime => runtime.IsValueCreated))
        {
            runtime.Value.Dispose();
        }
    }
}
