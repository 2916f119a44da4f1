using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Serving.Predictions;

/// <summary>Every prediction to whoever listens. A reader that does not keep up is told and dropped; it never slows the engine.</summary>
public sealed class PredictionFeed
{
    private const int Buffer = 4096;

    private readonly Lock _gate = new();
    private Channel<byte[]>[] _readers = [];
    private bool _isComplete;

    /// <summary>Nobody listens: there is no need to publish.</summary>
    public bool IsEmpty => _readers.Length == 0;

    public void Publish(byte[] prediction)
    {
        foreach (var reader in _readers)
        {
            if (!reader.Writer.TryWrite(prediction))
            {
                reader.Writer.TryComplete(new PredictionFeedOverflowException());
                Remove(reader);
            }
        }
    }

    public async IAsyncEnumerable<byte[]> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Buffer) { SingleReader = true });
        lock (_gate)
        {
            if (_isComplete)
            {
                yield break;
            }

            _readers = [.. _readers, channel];
        }

        try
        {
            await foreach (var prediction in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return prediction;
            }
        }
        finally
        {
            Remove(channel);
        }
    }

    /// <summary>Ends every reader's enumeration, also of those that come later.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }

        foreach (var reader in _readers)
        {
            reader.Writer.TryComplete();
        }
    }

    private void Remove(Channel<byte[]> channel)
    {
        lock (_gate)
        {
            _readers = [.. _readers.Where(reader => reader != channel)];
        }
    }
}
