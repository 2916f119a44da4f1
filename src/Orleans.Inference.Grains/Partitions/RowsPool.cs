using Orleans.Inference.Grains.Entities;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>Rows of calls to entities of one type, used again once answered; calls of many events are rare and get rows of their own. Used by one input.</summary>
/// <param name="width">Words of an event, its offset included.</param>
/// <param name="featureCount">Features of an event's answer.</param>
internal sealed class RowsPool(int width, int featureCount)
{
    private const int MostEvents = 16;

    private readonly Stack<EntityRows>[] _free = [.. Enumerable.Range(0, MostEvents).Select(_ => new Stack<EntityRows>())];

    /// <summary>Rows for so many events, with whatever they held before.</summary>
    public EntityRows Rent(int events) => events <= MostEvents && _free[events - 1].TryPop(out var free)
        ? free
        : new EntityRows { Words = new long[events * width], Features = new float[events * featureCount] };

    /// <summary>Takes back rows that nobody else has any more.</summary>
    public void Return(EntityRows rows)
    {
        var events = rows.Words.Length / width;
        if (events <= MostEvents)
        {
            _free[events - 1].Push(rows);
        }
    }
}
