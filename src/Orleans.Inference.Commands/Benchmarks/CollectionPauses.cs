using System.Diagnostics.Tracing;

namespace Orleans.Inference.Commands.Benchmarks;

/// <summary>How long garbage collections have stopped the whole process, heard from the runtime's own events.</summary>
internal sealed class CollectionPauses : EventListener
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords Collections = (EventKeywords)1;

    private readonly Lock _gate = new();
    private DateTime _since;
    private TimeSpan _longest;

    /// <summary>The longest pause since this was last asked.</summary>
    public TimeSpan TakeLongest()
    {
        lock (_gate)
        {
            (var longest, _longest) = (_longest, TimeSpan.Zero);
            return longest;
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Runtime)
        {
            EnableEvents(eventSource, EventLevel.Informational, Collections);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName is not { } name || _gate is null)
        {
            // Events may come before this object has been made.
            return;
        }

        lock (_gate)
        {
            if (name.StartsWith("GCSuspendEEBegin", StringComparison.Ordinal))
            {
                _since = eventData.TimeStamp;
            }
            else if (name.StartsWith("GCRestartEEEnd", StringComparison.Ordinal) && _since != default)
            {
                var pause = eventData.TimeStamp - _since;
                _longest = pause > _longest ? pause : _longest;
            }
        }
    }
}
