using System.Diagnostics;

namespace Orleans.Inference.EndToEnd.Reference;

/// <summary>Runs the program that users run, as built beside this test in the same configuration.</summary>
internal static class InferenceProcess
{
    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [PathOfProgram(), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await errors);
    }

    /// <summary>BASE/tests/PROJECT/bin/CONFIGURATION/FRAMEWORK is where a test runs; the program has the same end below src.</summary>
    private static string PathOfProgram()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent!;
        var root = Repository.Root;
        var path = Path.Combine(root, "src", "Orleans.Inference.Cli", "bin", configuration.Name, framework.Name, "inference.dll");
        Assert.True(File.Exists(path), $"The program has not been built: {path}");
        return path;
    }
}
