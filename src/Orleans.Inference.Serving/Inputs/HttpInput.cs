using Orleans.Inference.Engines;
using Orleans.Inference.Events;

namespace Orleans.Inference.Serving.Inputs;

/// <summary>The HTTP door: an input of its own, with its own clock and its own numbering, which a restart never reuses.</summary>
public sealed class HttpInput(long firstOffset, InputClock clock, int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<HttpEvent> _waiting = new();
    private long _nextOffset = firstOffset;
    private bool _isClosed;

    /// <summary>Sequencer only.</summary>
    public InputClock Clock = clock;

    public bool HasEvents
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count > 0;
            }
        }
    }

    /// <summary>Queues an event, or says why not. Any thread.</summary>
    public HttpEvent? TryAdd(ReadOnlyMemory<byte> json, ScoreOptions options, long now, out ReplyStatus status)
    {
        lock (_gate)
        {
            if (_isClosed || _waiting.Count >= limit)
            {
                status = _isClosed ? ReplyStatus.NotReady : ReplyStatus.Overloaded;
                return null;
            }

            var http = new HttpEvent(json, options, now, options.DryRun ? -1 : _nextOffset++);
            _waiting.Enqueue(http);
            status = ReplyStatus.Answered;
            return http;
        }
    }

    /// <summary>Takes what waits, up to the limit of a batch.</summary>
    public List<HttpEvent> Take(int max)
    {
        lock (_gate)
        {
            var taken = new List<HttpEvent>(Math.Min(max, _waiting.Count));
            while (taken.Count < max && _waiting.TryDequeue(out var http))
            {
                taken.Add(http);
            }

            return taken;
        }
    }

    /// <summary>Takes no more; what waits is still served.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }
}
