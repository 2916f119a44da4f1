using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Embedded.Recovery;
using Orleans.Inference.Embedded.Sequencing;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Routing;
using Orleans.Inference.Serving.Inputs;
using Orleans.Inference.Storage.Folders;

namespace Orleans.Inference.Embedded.Tests.Sequencing;

public sealed class SequencerTests : IDisposable
{
    private readonly EnginePipeline _pipeline = new();
    private readonly StateFolder _state;
    private readonly RecordBatchPool _pool = new();
    private readonly EmittedIds _output = new();
    private readonly BatchProcessor _processor;
    private readonly EngineOptions _options = new() { Shards = 1, BatchLimit = 10 };

    public SequencerTests()
    {
        _state = StateFolder.Open(_pipeline.StateDirectory(), _pipeline.Model);
        _processor = new BatchProcessor(
            _pipeline.Model, new OnnxModelCatalog(), _state.Store, _output, (_, _) => { }, instruments: null, TimeProvider.System, _options);
    }

    public void Dispose()
    {
        _processor.Dispose();
        _state.Dispose();
        _pipeline.Dispose();
    }

    /// <summary>
    /// Two partitions whose events interleave by time; the source brings one after the other. Clocks before each step (a, b): none none, 0 none, 0 2, 4 2, 4 3, 4 9.
    /// </summary>
    [Fact]
    public void CatchingUp_TheLeastClockGoesNext()
    {
        var sequencer = Create(isBehind: true);
        Receive(sequencer, 0, ("a0", 0), ("a1", 4), ("a2", 8));
        Drain(sequencer);

        // The other partition is behind and has brought nothing: everyone waits for it as soon as it is the least.
        Assert.Equal(1, sequencer.NextSequence);
        Receive(sequencer, 1, ("b0", 2), ("b1", 3), ("b2", 9));
        Drain(sequencer);
        sequencer.ReachedEnd(0, 3);
        sequencer.ReachedEnd(1, 3);
        Drain(sequencer);
        _processor.Stop();
        Assert.Equal(["a0", "b0", "a1", "b1", "b2", "a2"], _output.Ids);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (long)i), _output.Sequences);
    }

    [Fact]
    public void AtTheEnd_NobodyWaitsForAnEmptyPartition()
    {
        var sequencer = Create(isBehind: false);
        Receive(sequencer, 0, ("a0", 0), ("a1", 4));
        Drain(sequencer);
        Assert.Equal(2, sequencer.NextSequence);
    }

    [Fact]
    public void Order_IsInTheJournal()
    {
        var sequencer = Create(isBehind: false);
        Receive(sequencer, 0, ("a0", 5));
        Receive(sequencer, 1, ("b0", 1));
        Drain(sequencer);
        var runs = _state.Journal.Read(0);
        Assert.Equal(2, runs.Count);
        Assert.Equal([0, 1], runs.Select(run => run.Sequence));
        Assert.Equal([0, 1], runs.Select(run => run.First.Partition).Order());
    }

    /// <summary>
    /// A crash left six records, numbered 0 to 5. Routes: revision 1 from 0, 2 from 2, 3 from 3; revision 4 came from a number beyond what anybody remembers, which is the next one.
    /// </summary>
    [Fact]
    public void Recovery_ScoresUnderTheRouteOfItsTime()
    {
        var store = _state.Store;
        var route = RouteRevision.First(_pipeline.Model);
        store.SaveRoute(new StoredRoute(route, 0));
        store.SaveRoute(new StoredRoute(route = route.Next(new RouteModel(1, null), "a", 1), 2));
        store.SaveRoute(new StoredRoute(route = route.Next(new RouteModel(2, null), "b", 2), 3));
        store.SaveRoute(new StoredRoute(route.Next(new RouteModel(1, null), "c", 3), 40));
        OrderedRun[] runs = [new(0, new PartitionOffset(0, 0), 3, 4), new(4, new PartitionOffset(1, 0), 1, 2)];
        var recovery = RecoveryPlan.Create(0, "payments", new Dictionary<int, long> { [0] = 0, [1] = 0 }, runs, []);
        var sequencer = Create(isBehind: true, recovery, batchLimit: 10);
        Assert.Equal([0, 2, 3, 6], store.ReadRoutes().Select(stored => stored.FromSequence));

        Receive(sequencer, 0, ("a0", 0), ("a1", 1), ("a2", 2), ("a3", 3), ("new", 4));
        Receive(sequencer, 1, ("b0", 2), ("b1", 3));
        Drain(sequencer);
        sequencer.ReachedEnd(0, 5);
        sequencer.ReachedEnd(1, 2);
        Drain(sequencer);
        _processor.Stop();
        Assert.Equal(["a0", "a1", "a2", "a3", "b0", "b1", "new"], _output.Ids);
        Assert.Equal([1, 1, 2, 3, 3, 3, 4], _output.Revisions);
        Assert.Equal([2, 2, 1, 2, 2, 2, 1], _output.Versions);
    }

    private Sequencer Create(bool isBehind, RecoveryPlan? plan = null, int batchLimit = 1)
    {
        var clock = new InputClock(_pipeline.Model.Source.Lateness.Ticks);
        PartitionInput[] inputs = [.. Enumerable.Range(0, 2).Select(i => new PartitionInput(i, 0, clock, isBehind, batchLimit, _pool))];
        var recovery = plan ?? RecoveryPlan.Create(0, "payments", new Dictionary<int, long>(), [], []);
        var routes = new RouteState(_pipeline.Model, _state.Store, TimeProvider.System, NullLogger.Instance);
        routes.Settle(recovery.NextSequence);
        return new Sequencer(
            _pipeline.Model, _processor, _state.Journal, _pool, inputs, new HttpInput(0, clock, 10), recovery, routes, instruments: null, TimeProvider.System, _options);
    }

    private static void Receive(Sequencer sequencer, int partition, params (string Id, double Minute)[] events)
    {
        for (var i = 0; i < events.Length; i++)
        {
            var payment = Payments.Payment(events[i].Id, events[i].Minute, "C", 20);
            Assert.True(sequencer.TryReceive(new SourceRecord { Partition = partition, Offset = i, Value = payment }));
        }
    }

    private static void Drain(Sequencer sequencer)
    {
        while (sequencer.TryStep())
        {
        }
    }

    private sealed class EmittedIds : IOrderedOutput
    {
        public List<string> Ids { get; } = [];

        public List<long> Sequences { get; } = [];

        public List<int> Revisions { get; } = [];

        public List<int> Versions { get; } = [];

        public void Emit(BatchInFlight work)
        {
            for (var row = 0; row < work.Batch.Count; row++)
            {
                Ids.Add(Encoding.UTF8.GetString(work.Batch.EventIdOf(row)));
                Sequences.Add(work.Batch.FirstSequence + row);
                Revisions.Add(work.Batch.Revision);
                Versions.Add(work.Batch.Versions[row]);
            }
        }

        public void Emit(CheckpointBarrier barrier)
        {
        }
    }
}
