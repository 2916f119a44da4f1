using System.Text;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Streaming;

/// <summary>
/// Which predictions a reader of the stream wants. A prediction without a score has none that reaches a minimum. A reader that only watches sets
/// <paramref name="perSecond"/>: what comes within that pace of the last one is left out. Used by one stream's loop.
/// </summary>
internal sealed class PredictionFilter(string? entity, double? minScore, int? perSecond, TimeProvider time)
{
    private readonly byte[]? _entity = entity is null ? null : Encoding.UTF8.GetBytes(entity);
    private long? _lastAt;

    public bool Matches(in Prediction prediction) =>
        (_entity is null || prediction.Entity.SequenceEqual(_entity)) && (minScore is null || prediction.Score >= minScore) && IsDue();

    private bool IsDue()
    {
        if (perSecond is not { } pace)
        {
            return true;
        }

        var now = time.GetTimestamp();
        if (_lastAt is { } last && now - last < time.TimestampFrequency / pace)
        {
            return false;
        }

        _lastAt = now;
        return true;
    }
}
