namespace Orleans.Inference.Pipelines;

/// <summary>One thing wrong with a pipeline folder: where, what, and what is allowed.</summary>
/// <param name="File">Path of the file as the user gave the folder.</param>
/// <param name="Line">1-based, or 0 when the problem has no line (a missing file).</param>
/// <param name="Column">1-based, or 0.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record PipelineProblem(string File, int Line, int Column, string Message)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}: {Message}" : $"{File}: {Message}";
}
