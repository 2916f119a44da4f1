using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Storage.Order;

/// <summary>
/// The order journal as numbered files <c>order.N.journal</c> of fixed-size entries, each with a checksum. At most two exist: when the
/// newer has grown, the next one is begun; the older is deleted when every entry in it is forgotten.
/// </summary>
/// <remarks>
/// An entry is handed to the operating system in one call (about 2 µs) and never flushed to the disk: it survives the process, not the
/// machine. After a power cut the tail may be missing or torn; it is cut off, and the order of those records is taken from the sequence
/// numbers that the sink's records carry. An entry that is appended with a number already in the journal takes the place of that entry
/// and all after it.
/// </remarks>
public sealed class FileOrderJournal : IOrderJournal
{
    private const long RotateAt = 1024 * 1024;
    private const string Prefix = "order.";
    private const string Suffix = ".journal";

    private readonly string _folder;

    // Oldest first; the last is appended to. Touched by the sequencer alone.
    private readonly List<JournalFile> _files = [];
    private long _number;

    /// <summary>Opens the journal in a folder that exists, or begins one.</summary>
    /// <exception cref="InferenceException">A file cannot be opened.</exception>
    public FileOrderJournal(string folder)
    {
        _folder = folder;
        try
        {
            foreach (var number in FindNumbers(folder))
            {
                _files.Add(new JournalFile(PathOf(folder, number)));
                _number = number;
            }

            if (_files.Count == 0)
            {
                Begin();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw Failure("opened", exception);
        }
    }

    /// <summary>Deletes the journal of a folder, where it must not be open.</summary>
    /// <exception cref="IOException">A file cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be deleted.</exception>
    internal static void Delete(string folder)
    {
        foreach (var number in FindNumbers(folder))
        {
            File.Delete(PathOf(folder, number));
        }
    }

    /// <summary>
    /// Entries with at least this sequence number, in order. A torn or corrupt tail was cut off when the journal was opened.
    /// </summary>
    /// <exception cref="InferenceException">A file cannot be read.</exception>
    public IReadOnlyList<OrderedRun> Read(long fromSequence)
    {
        var runs = new List<OrderedRun>();
        try
        {
            foreach (var run in _files.SelectMany(file => file.Read()))
            {
                while (runs.Count > 0 && runs[^1].Sequence >= run.Sequence)
                {
                    runs.RemoveAt(runs.Count - 1);
                }

                runs.Add(run);
            }
        }
        catch (IOException exception)
        {
            throw Failure("read", exception);
        }

        runs.RemoveAll(run => run.Sequence < fromSequence);
        return runs;
    }

    /// <inheritdoc/>
    /// <exception cref="InferenceException">The disk is full or failed; the entry is not in the journal.</exception>
    public void Append(OrderedRun run)
    {
        try
        {
            _files[^1].Append(run);
        }
        catch (IOException exception)
        {
            throw Failure("written", exception);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InferenceException">A file cannot be created or deleted.</exception>
    public void Trim(long beforeSequence)
    {
        try
        {
            while (_files.Count > 1 && _files[0].LastSequence < beforeSequence)
            {
                _files[0].Dispose();
                File.Delete(_files[0].Path);
                _files.RemoveAt(0);
            }

            if (_files.Count == 1 && _files[0].Length >= RotateAt)
            {
                Begin();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure("trimmed", exception);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private static List<long> FindNumbers(string folder)
    {
        var numbers = new List<long>();
        foreach (var path in Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}"))
        {
            if (long.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..^Suffix.Length], out var number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    private static string PathOf(string folder, long number) => Path.Combine(folder, $"{Prefix}{number}{Suffix}");

    private void Begin() => _files.Add(new JournalFile(PathOf(_folder, ++_number)));

    private InferenceException Failure(string verb, Exception exception) =>
        new($"The order journal in '{_folder}' could not be {verb}: {exception.Message} Check the disk and its permissions.", exception);
}
