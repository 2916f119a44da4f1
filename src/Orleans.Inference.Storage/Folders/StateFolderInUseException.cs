namespace Orleans.Inference.Storage.Folders;

/// <summary>Another process runs on the state folder.</summary>
public sealed class StateFolderInUseException(string path, int holder) : InferenceException(
    $"The state folder '{path}' is in use by {(holder == 0 ? "another process" : $"process {holder}")}. "
    + "Stop it, choose another with --state, or wait for it with --standby.")
{
    /// <summary>Process id of the holder, 0 when it cannot be told.</summary>
    public int Holder { get; } = holder;
}
