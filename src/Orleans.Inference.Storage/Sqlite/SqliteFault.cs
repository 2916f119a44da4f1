using SQLitePCL;

namespace Orleans.Inference.Storage.Sqlite;

/// <summary>Says in the user's words what SQLite's result codes mean, which file it is about and what to do.</summary>
internal static class SqliteFault
{
    /// <summary>Codes whose only cure is another state folder.</summary>
    public static InferenceException Damaged(string path, string detail) => new(
        $"The state in '{path}' is damaged ({detail}). Remove its folder to start again from the source, or choose another with --state.");

    public static InferenceException Of(string path, int code, string detail, Exception? inner = null)
    {
        // The low byte is the primary code; the others refine it.
        var message = (code & 0xFF) switch
        {
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(path, detail).Message,
            raw.SQLITE_FULL =>
                $"The disk that holds the state '{path}' is full. Free some space and start again; nothing committed is lost.",
            raw.SQLITE_READONLY or raw.SQLITE_PERM => $"The state '{path}' cannot be written ({detail}). Check its permissions.",
            raw.SQLITE_CANTOPEN => $"The state '{path}' cannot be opened ({detail}). Check that its folder exists and its permissions.",
            raw.SQLITE_IOERR => $"Reading or writing the state '{path}' failed ({detail}, code {code}). Check the disk.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"The state '{path}' is held by another program ({detail}). Close it and start again.",
            _ => $"The state '{path}' failed ({detail}, code {code}).",
        };
        return inner is null ? new InferenceException(message) : new InferenceException(message, inner);
    }
}
