namespace Orleans.Inference.Storage.Folders;

/// <summary>
/// Keeps a folder to one process: a file opened without sharing, which the operating system closes with the process, however that ends.
/// The holder's process id stands in a second file, since a file opened without sharing cannot be read by others everywhere.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    // ERROR_SHARING_VIOLATION; EWOULDBLOCK on Linux and on macOS.
    private static readonly int[] HeldByAnother = [unchecked((int)0x80070020), 11, 35];

    private readonly FileStream _stream;

    private FolderLock(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock, or returns null and the holder's process id (0 when it cannot be told).</summary>
    public static FolderLock? TryTake(string folder, out int holder)
    {
        holder = 0;
        var processFile = Path.Combine(folder, "lock.pid");
        FileStream stream;
        try
        {
            stream = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (HeldByAnother.Contains(exception.HResult))
        {
            holder = ReadProcess(processFile);
            return null;
        }

        try
        {
            File.WriteAllText(processFile, $"{Environment.ProcessId}\n");
            return new FolderLock(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Dispose() => _stream.Dispose();

    private static int ReadProcess(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path), out var process) ? process : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
