using Orleans.Inference.Checkpoints;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Storage.Order;
using Orleans.Inference.Storage.Sqlite;

namespace Orleans.Inference.Storage.Folders;

/// <summary>
/// Everything one pipeline keeps on disk, in <c>STATE_DIR/PIPELINE/</c>: <c>state.db</c>, the order journal and a lock that keeps a second
/// process out until this one disposes it or ends.
/// </summary>
public sealed class StateFolder : IDisposable
{
    private readonly FolderLock _lock;

    private StateFolder(string path, FolderLock folderLock, SqliteStateStore store, FileOrderJournal journal)
    {
        Path = path;
        _lock = folderLock;
        Store = store;
        Journal = journal;
    }

    /// <summary>The pipeline's folder, absolute.</summary>
    public string Path { get; }

    public IStateStore Store { get; }

    public IOrderJournal Journal { get; }

    /// <summary>Opens or creates the folder.</summary>
    /// <exception cref="StateFolderInUseException">Another process has it open.</exception>
    /// <exception cref="InferenceException">
    /// It cannot be opened, is damaged, or was made by other features; the message says what to do.
    /// </exception>
    public static StateFolder Open(string stateDirectory, PipelineModel pipeline) =>
        TryOpen(stateDirectory, pipeline, out var holder)
        ?? throw new StateFolderInUseException(PathOf(stateDirectory, pipeline), holder);

    /// <summary>Opens or creates the folder; null when another process has it open.</summary>
    /// <param name="stateDirectory">The directory of all pipelines' state; created when missing.</param>
    /// <param name="pipeline">Whose state it is.</param>
    /// <param name="holder">Process id of the other process, 0 when it cannot be told.</param>
    /// <exception cref="InferenceException">
    /// It cannot be opened, is damaged, or was made by other features; the message says what to do.
    /// </exception>
    public static StateFolder? TryOpen(string stateDirectory, PipelineModel pipeline, out int holder)
    {
        var path = PathOf(stateDirectory, pipeline);
        FolderLock? folderLock = null;
        SqliteStateStore? store = null;
        try
        {
            Directory.CreateDirectory(path);
            folderLock = FolderLock.TryTake(path, out holder);
            if (folderLock is null)
            {
                return null;
            }

            var database = System.IO.Path.Combine(path, "state.db");
            if (!File.Exists(database))
            {
                // Someone removed the state: what the journal numbers is gone.
                FileOrderJournal.Delete(path);
            }

            store = new SqliteStateStore(database, pipeline.StateFingerprint);
            return new StateFolder(path, folderLock, store, new FileOrderJournal(path));
        }
        catch (Exception exception)
        {
            store?.Dispose();
            folderLock?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new InferenceException(
                    $"The state folder '{path}' cannot be opened: {exception.Message} "
                    + "Check its permissions, or choose another with --state.",
                    exception);
            }

            throw;
        }
    }

    public void Dispose()
    {
        Journal.Dispose();
        Store.Dispose();
        _lock.Dispose();
    }

    private static string PathOf(string stateDirectory, PipelineModel pipeline) =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(stateDirectory, pipeline.Name));
}
