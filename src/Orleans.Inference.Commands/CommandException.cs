namespace Orleans.Inference.Commands;

/// <summary>Ends a command with an exit code and one or more lines on standard error.</summary>
internal sealed class CommandException(int exitCode, string message) : InferenceException(message)
{
    public int ExitCode { get; } = exitCode;
}
