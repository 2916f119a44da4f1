using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orleans.Inference.EndToEnd.Documentation;

/// <summary>The README's tour, run as a reader runs it: its own lines, in a shell, in a folder of their own.</summary>
public sealed partial class TourTests : IDisposable
{
    private const string Address = "http://127.0.0.1:8080";

    private readonly MarkdownPage _page = MarkdownPage.Read("README.md");
    private readonly string _folder = Directory.CreateTempSubdirectory("tour-").FullName;

    public TourTests()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The tour is written for a shell.");
            return;
        }

        // In place of ./run, which would build first.
        var run = Path.Combine(_folder, "run");
        File.WriteAllText(run, $"#!/bin/sh\nexec dotnet '{RunningServer.Program}' \"$@\"\n");
        File.SetUnixFileMode(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(_folder, "models"), Path.Combine(Repository.Root, "models"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_SimulatedAndReplayed_AreScored()
    {
        var output = await ShellAsync(_page.TestedBlock("files"));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("event_id,entity,event_time,score,decision,", lines[0]);
        Assert.Equal(100_001, File.ReadLines(Path.Combine(_folder, "scores.csv")).Count());
    }

    [Fact]
    public async Task Demo_AskedAsShown_Answers()
    {
        RequireCommand("curl");
        await using var server = await RunningServer.StartAsync(
            _folder, [.. DemoArguments(), "--state", "state", "--urls", "http://127.0.0.1:0"], TestContext.Current.CancellationToken);
        await server.SaysAsync("now in real time", TestContext.Current.CancellationToken);

        var block = _page.TestedBlock("server");
        Assert.Contains(Address, block);
        var answers = (await ShellAsync(block.Replace(Address, server.Address)))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .ToList();

        Assert.Equal(6, answers.Count);
        var (dryRun, scored, latest, customer, terminal, refused) = (answers[0], answers[1], answers[2], answers[3], answers[4], answers[5]);
        Assert.Equal("scored", (string?)dryRun["outcome"]);
        Assert.Equal(Canonical(dryRun["features"]), Canonical(scored["features"]));
        Assert.Equal((float?)dryRun["score"], (float?)scored["score"]);
        Assert.Equal(Canonical(scored), Canonical(latest));
        Assert.Equal((float?)scored["features"]!["customer_tx_30d"], (float?)customer["features"]!["customer_tx_30d"]);
        Assert.Equal("terminal", (string?)terminal["type"]);
        Assert.Equal(422, (int?)refused["status"]);
        Assert.Equal("transaction_id", (string?)refused["field"]);

        var route = JsonNode.Parse(await ShellAsync(_page.TestedBlock("route").Replace(Address, server.Address)))!;
        Assert.Equal((1, 2), ((int?)route["champion"], (int?)route["revision"]));
        Assert.Equal(0, await server.StopAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task OwnPipeline_MadeAsShown_IsValidScoredAndServed()
    {
        var pipeline = Directory.CreateDirectory(Path.Combine(_folder, "login"));
        var yaml = _page.Blocks("yaml").Single(block => block.StartsWith("pipeline: login", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(pipeline.FullName, "pipeline.yaml"), yaml, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "make.py"), _page.Blocks("python").Single(), TestContext.Current.CancellationToken);
        await ShellAsync($"{PythonWithOnnx()} make.py");

        var block = _page.TestedBlock("own pipeline");
        var serve = block.Split('\n').Single(line => line.StartsWith("./run run ", StringComparison.Ordinal));
        var output = await ShellAsync(block.Replace(serve, ""));
        Assert.Contains("login: valid: 3 features, 1 entity types, versions 1", output);
        Assert.Matches(@"1,ann,2026-01-01T03:00:00Z,0\.08317\d*,allow,login,1,champion,scored,1,1,1", output);

        await using var server = await RunningServer.StartAsync(
            _folder, [.. serve.Split(' ').Skip(1), "--urls", "http://127.0.0.1:0"], TestContext.Current.CancellationToken);
        await server.SaysAsync("Pipeline login serves", TestContext.Current.CancellationToken);
        Assert.Equal(0, await server.StopAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>What <c>./run</c> without arguments starts.</summary>
    private static string[] DemoArguments()
    {
        var match = DemoLine().Match(File.ReadAllText(Path.Combine(Repository.Root, "run")));
        Assert.True(match.Success, "./run does not say what the demo is");
        return match.Groups["arguments"].Value.Split(' ');
    }

    private static string Canonical(JsonNode? node) => node!.ToJsonString(JsonSerializerOptions.Default);

    private static string PythonWithOnnx()
    {
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
        {
            if (Succeeds(python, "-c", "import onnx"))
            {
                return python;
            }
        }

        Assert.Skip("This machine has no Python with the onnx package, which the README's example needs.");
        return "";
    }

    private static void RequireCommand(string command)
    {
        if (!Succeeds(command, "--version"))
        {
            Assert.Skip($"This machine has no {command}, which the README's example needs.");
        }
    }

    private static bool Succeeds(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs lines as one script that ends at the first failure, and gives what it wrote.</summary>
    private async Task<string> ShellAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            UseShellExecute = false,
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"exit {process.ExitCode} of\n{script}\n{output}\n{await errors}");
        return output;
    }

    [GeneratedRegex(@"^demo=\((?<arguments>[^)]*)\)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex DemoLine();
}
