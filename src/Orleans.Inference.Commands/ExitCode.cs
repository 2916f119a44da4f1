namespace Orleans.Inference.Commands;

/// <summary>What the program's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The input had rejected records, or the engine had to stop.</summary>
    public const int Rejected = 1;

    /// <summary>Wrong usage or a wrong pipeline.</summary>
    public const int Usage = 2;
}
