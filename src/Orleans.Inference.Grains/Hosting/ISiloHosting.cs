using Microsoft.Extensions.Configuration;

namespace Orleans.Inference.Grains.Hosting;

/// <summary>
/// A place where silos run: how they find each other there and where state is kept. The host finds an implementation by <see cref="Name"/>: its own, or the one in the
/// assembly <c>Orleans.Inference.Hosting.NAME</c> beside the program.
/// </summary>
public interface ISiloHosting
{
    /// <summary>As in the settings <c>Clustering:Provider</c> and <c>Storage:Provider</c>.</summary>
    string Name { get; }

    /// <summary>Whether it can be named as <c>Clustering:Provider</c>.</summary>
    bool HasClustering { get; }

    /// <summary>Whether it can be named as <c>Storage:Provider</c>.</summary>
    bool HasStorage { get; }

    /// <summary>What is wrong with its settings, one line each: key, value, what is allowed. Empty when nothing is.</summary>
    /// <param name="settings">The program's whole configuration, here and below.</param>
    /// <param name="clustering">It is named as <c>Clustering:Provider</c>.</param>
    /// <param name="storage">It is named as <c>Storage:Provider</c>.</param>
    IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage);

    /// <summary>Makes silos find each other.</summary>
    void AddClustering(ISiloBuilder silo, IConfiguration settings);

    /// <summary>Registers the store with <see cref="Storage.EntityStoreHosting.AddEntityStore"/>.</summary>
    void AddStorage(ISiloBuilder silo, IConfiguration settings);
}
