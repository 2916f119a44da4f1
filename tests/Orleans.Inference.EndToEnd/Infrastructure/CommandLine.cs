using System.ComponentModel;
using System.Diagnostics;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>Other people's tools.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command to its end; null when the machine does not have it.</summary>
    public static async Task<(int Code, string Output, string Errors)?> TryRunAsync(string command, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        using (process)
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await process.WaitForExitAsync(cancellationToken).WaitAsync(Bounds.Work, cancellationToken);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"awaited in vain for {Bounds.Work}: the end of {command}");
            }

            return (process.ExitCode, await output, await errors);
        }
    }
}
