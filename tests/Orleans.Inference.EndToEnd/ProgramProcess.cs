namespace Orleans.Inference.EndToEnd;

/// <summary>The <c>inference</c> program as processes of its own.</summary>
internal static class ProgramProcess
{
    public static ChildProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with settings from the environment.</summary>
    public static ChildProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(Path.Combine(AppContext.BaseDirectory, "inference.dll"), arguments, environment);

    /// <summary>Runs the program to its end.</summary>
    public static async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        return (await process.ExitAsync(), process.Said);
    }
}
