using Orleans.Inference.Checkpoints;
using Orleans.Inference.Storage.Sqlite;

namespace Orleans.Inference.Conformance.StateStores;

public sealed class SqliteStateStoreConformance : StateStoreConformance, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("state-");

    public void Dispose() => _folder.Delete(recursive: true);

    protected override IStateStore Open() => new SqliteStateStore(Path.Combine(_folder.FullName, "state.db"), "0123456789abcdef");
}
