using System.Globalization;
using System.Text.Json;
using Orleans.Inference.Decoding;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.EndToEnd.LiveFuzz;

/// <summary>What must become of a record on a running engine: the oracle of decoding, then the wall clock, then the clock of the record's partition.</summary>
internal sealed class LiveOracle(PipelineModel pipeline)
{
    private readonly Dictionary<int, InputClock> _clocks = [];

    /// <summary>Records of a partition in the order of their offsets. The text of the header <c>dlq-reason</c>, or <c>late</c>, or <c>accepted</c>; and the field.</summary>
    public (string Outcome, string Field) Judge(int partition, byte[] record)
    {
        var rejection = RecordOracle.Judge(pipeline, record);
        if (!rejection.IsNone)
        {
            return (rejection.Text, rejection.Field < 0 ? "" : pipeline.Fields[rejection.Field].Name);
        }

        using var document = JsonDocument.Parse(record);
        var text = document.RootElement.EnumerateObject().Last(member => IsNamed(member, "time")).Value.GetString()!;
        var time = DateTimeOffset.Parse(text.Replace(' ', 'T'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcTicks;
        if (time > (DateTimeOffset.UtcNow + pipeline.Source.MaxAhead).UtcTicks)
        {
            return ("in the future", "time");
        }

        var clock = _clocks.GetValueOrDefault(partition, new InputClock(pipeline.Source.Lateness.Ticks));
        var isAccepted = clock.TryAccept(time);
        _clocks[partition] = clock;
        return isAccepted ? ("accepted", "") : ("late", "time");
    }

    /// <summary>False also for a name that is no text, such as an escaped lone surrogate.</summary>
    private static bool IsNamed(JsonProperty member, string name)
    {
        try
        {
            return member.NameEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
