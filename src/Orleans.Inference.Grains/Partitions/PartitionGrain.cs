using Orleans.Concurrency;
using Orleans.Inference.Delivery;
using Orleans.Inference.Grains.Pipelines;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// The sequencer of one source partition: keeps a <see cref="SourceInput"/> running on the silo the supervisor chose, and begins another from the last commit when one is lost.
/// </summary>
[Reentrant, PartitionPlacement]
internal sealed class PartitionGrain(SiloPipelines pipelines, IGrainContext context) : IGrainBase, IPartitionGrain, IRunningInput, IIncomingGrainCallFilter
{
    private static readonly TimeSpan RestartAfter = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private readonly string _name = context.GrainId.Key.ToString()!;
    private SiloPipeline? _pipeline;
    private SourceInput? _input;
    private Task _run = Task.CompletedTask;
    private bool _isStarted;
    private string? _notReady = "starting";

    public IGrainContext GrainContext => context;

    public int Partition => PartitionPlacement.PartitionOf(_name);

    public long Clock => _input?.Clock ?? long.MinValue;

    public bool MayBringAnyTime => _input?.MayBringAnyTime ?? true;

    public long Lag => _input?.Lag ?? -1;

    public async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _pipeline = await pipelines.GetAsync(_name[.._name.LastIndexOf('/')], cancellationToken);

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await StopAsync().WaitAsync(cancellationToken);

    public Task Invoke(IIncomingGrainCallContext call) => _pipeline!.Calls.MeasureAsync(call);

    public ValueTask<PartitionStatus> BeatAsync()
    {
        if (!_isStarted && !_pipeline!.IsLeaving)
        {
            _isStarted = true;
            _pipeline.Inputs[_name] = this;
            _run = RunAsync();
        }

        return new(new PartitionStatus { Silo = _pipeline!.Silo, NotReady = _notReady, Clock = Clock, MayBringAnyTime = MayBringAnyTime, Lag = Lag });
    }

    public ValueTask MoveAsync()
    {
        // A mere deactivation would be undone by the next call that comes to this silo.
        context.Migrate(null);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> WaitForOffsetAsync(long offset, TimeSpan timeout)
    {
        if (_input is not { } input)
        {
            return false;
        }

        return await input.Output.Offsets.WaitAsync(new PartitionOffset(Partition, offset), timeout, _pipeline!.Parts.Time, _stopping.Token);
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _run;
        _pipeline?.Inputs.TryRemove(KeyValuePair.Create(_name, (IRunningInput)this));
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _notReady = "waiting for the broker";
                var start = await SourceStart.PrepareAsync(_pipeline!, Partition, _stopping.Token);
                await using var input = _input = new SourceInput(_pipeline!, start);
                _notReady = null;
                await input.RunAsync(_stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // Stopped before it had begun.
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                _notReady = exception.Message;
                SiloLog.InputRestarts(_pipeline!.Logger, _pipeline.Pipeline.Name, _name, exception.Message);
                await WaitAsync();
            }
        }
    }

    private async Task WaitAsync()
    {
        try
        {
            await Task.Delay(RestartAfter, _pipeline!.Parts.Time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting.
        }
    }
}
