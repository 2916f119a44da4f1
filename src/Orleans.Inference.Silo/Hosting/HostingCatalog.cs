using System.Reflection;
using Orleans.Inference.Grains.Hosting;

namespace Orleans.Inference.Silo.Hosting;

/// <summary>Finds who does clustering or storage by name: the silo's own, or what an assembly beside the program brings.</summary>
internal static class HostingCatalog
{
    private static readonly ISiloHosting[] Own = [new LocalhostHosting(), new MemoryHosting(), new FolderHosting(), new AdoNetHosting()];

    // What a build with the property CloudHosting has besides.
    private static readonly (string Name, bool HasClustering, bool HasStorage)[] Cloud = [("azure", true, true), ("kubernetes", true, false)];

    /// <summary>The one of that name; null, and a problem noted, when there is none.</summary>
    public static ISiloHosting? Find(string name, bool forClustering, List<string> problems)
    {
        var key = forClustering ? "Clustering:Provider" : "Storage:Provider";
        bool Does(bool clustering, bool storage) => forClustering ? clustering : storage;
        var own = Array.Find(Own, hosting => hosting.Name == name);
        if (own is not null && Does(own.HasClustering, own.HasStorage))
        {
            return own;
        }

        if (Array.Exists(Cloud, cloud => cloud.Name == name && Does(cloud.HasClustering, cloud.HasStorage)))
        {
            return Load(name, key, problems);
        }

        var allowed = Own.Where(hosting => Does(hosting.HasClustering, hosting.HasStorage)).Select(hosting => hosting.Name)
            .Concat(Cloud.Where(cloud => Does(cloud.HasClustering, cloud.HasStorage)).Select(cloud => cloud.Name));
        problems.Add($"{key}: '{name}': {string.Join(", ", allowed)} are allowed");
        return null;
    }

    private static ISiloHosting? Load(string name, string key, List<string> problems)
    {
        var assemblyName = $"Orleans.Inference.Hosting.{char.ToUpperInvariant(name[0])}{name[1..]}";
        try
        {
            var type = Assembly.Load(assemblyName).GetExportedTypes().Single(type => !type.IsAbstract && type.IsAssignableTo(typeof(ISiloHosting)));
            return (ISiloHosting)Activator.CreateInstance(type)!;
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            problems.Add($"{key}: '{name}' needs {assemblyName}.dll beside the program, which this build does not have: build the silo with -p:CloudHosting=true");
            return null;
        }
    }
}
