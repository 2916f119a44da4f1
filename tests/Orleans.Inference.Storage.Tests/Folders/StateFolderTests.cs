using System.Diagnostics;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Storage.Folders;

namespace Orleans.Inference.Storage.Tests.Folders;

public sealed class StateFolderTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Open_NewAndAgain_KeepsStoreAndJournal()
    {
        var directory = _root.At("made/when/missing");
        var run = new OrderedRun(0, new PartitionOffset(0, 0), 0, 1);
        using (var folder = StateFolder.Open(directory, Pipeline("fraud", "aaaa")))
        {
            Assert.Equal(Path.Combine(directory, "fraud"), folder.Path);
            folder.Store.Commit(new CheckpointWrite(new CheckpointHeader(1, 0, 1, "", "", [], []), [], [], 0));
            folder.Journal.Append(run);
        }

        using var again = StateFolder.Open(directory, Pipeline("fraud", "aaaa"));
        Assert.Equal(1, again.Store.ReadHeader()!.Checkpoint);
        Assert.Equal([run], again.Journal.Read(0));
    }

    [Fact]
    public void Open_WhileOpen_IsRefusedWithTheHoldersProcess()
    {
        using (StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa")))
        {
            var exception = Assert.Throws<StateFolderInUseException>(() => StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa")));
            Assert.Equal(Environment.ProcessId, exception.Holder);
            Assert.Contains($"in use by process {Environment.ProcessId}", exception.Message, StringComparison.Ordinal);
            Assert.Null(StateFolder.TryOpen(_root.FullName, Pipeline("fraud", "aaaa"), out var holder));
            Assert.Equal(Environment.ProcessId, holder);
        }

        using var free = StateFolder.TryOpen(_root.FullName, Pipeline("fraud", "aaaa"), out _);
        Assert.NotNull(free);
    }

    [Fact]
    public void Open_TwoPipelines_DoNotDisturbEachOther()
    {
        using var fraud = StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa"));
        using var maintenance = StateFolder.Open(_root.FullName, Pipeline("maintenance", "bbbb"));
        Assert.NotEqual(fraud.Path, maintenance.Path);
    }

    [Fact]
    public void Open_OtherFeatures_IsRefusedAndUnlocked()
    {
        using (var folder = StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa")))
        {
            folder.Store.Commit(new CheckpointWrite(new CheckpointHeader(1, 0, 1, "", "", [], []), [], [], 0));
        }

        var exception = Assert.Throws<InferenceException>(() => StateFolder.Open(_root.FullName, Pipeline("fraud", "bbbb")));
        Assert.Contains("--state", exception.Message, StringComparison.Ordinal);
        using var again = StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa"));
        Assert.Equal(1, again.Store.ReadHeader()!.Checkpoint);
    }

    [Fact]
    public void Open_StateRemoved_ForgetsTheJournal()
    {
        using (var folder = StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa")))
        {
            folder.Journal.Append(new OrderedRun(0, new PartitionOffset(0, 0), 0, 1));
            Assert.Single(folder.Journal.Read(0));
        }

        File.Delete(_root.At("fraud/state.db"));
        using var again = StateFolder.Open(_root.FullName, Pipeline("fraud", "bbbb"));
        Assert.Null(again.Store.ReadHeader());
        Assert.Empty(again.Journal.Read(0));
    }

    [Fact]
    public void Open_InAnotherProcess_IsRefusedUntilThatIsKilled()
    {
        // flock(1) takes the same lock that this program takes, from a process that is then killed without a chance to let go.
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock"))
        {
            Assert.Skip("Needs flock(1).");
        }

        StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa")).Dispose();
        using var other = Process.Start(new ProcessStartInfo(
            "/usr/bin/flock", ["--no-fork", "--exclusive", _root.At("fraud/lock"), "sh", "-c", "echo locked; read wait"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("locked", other.StandardOutput.ReadLine());
        File.WriteAllText(_root.At("fraud/lock.pid"), $"{other.Id}\n");
        Assert.Null(StateFolder.TryOpen(_root.FullName, Pipeline("fraud", "aaaa"), out var holder));
        Assert.Equal(other.Id, holder);

        other.Kill();
        other.WaitForExit();
        StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa")).Dispose();
    }

    [Fact]
    public void Open_FileInTheWay_NamesIt()
    {
        File.WriteAllText(_root.At("fraud"), "");
        var exception = Assert.Throws<InferenceException>(() => StateFolder.Open(_root.FullName, Pipeline("fraud", "aaaa")));
        Assert.Contains(_root.At("fraud"), exception.Message, StringComparison.Ordinal);
    }

    private static PipelineModel Pipeline(string name, string fingerprint) => new()
    {
        Name = name,
        Folder = "",
        Source = new SourceModel("in", 0, 1, TimeSpan.Zero, TimeSpan.Zero, "in-dlq", "in-late", "group"),
        Fields = [],
        Entities = [],
        Features = [],
        Model = new ModelBindingModel(null, "score", null, []),
        Route = new RouteModel(1, null),
        Sink = new SinkModel("out", false),
        StateFingerprint = fingerprint,
    };
}
