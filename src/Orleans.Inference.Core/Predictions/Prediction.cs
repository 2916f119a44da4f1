using Orleans.Inference.Delivery;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Predictions;

/// <summary>
/// The record that scoring produces, as a view: its spans point into a batch or into an encoded prediction.
/// <see cref="PredictionCodec"/> stores it, <see cref="PredictionJson"/> shows it.
/// </summary>
public readonly ref struct Prediction
{
    public long Sequence { get; init; }

    public ReadOnlySpan<byte> EventId { get; init; }

    /// <summary>Key of the primary entity.</summary>
    public ReadOnlySpan<byte> Entity { get; init; }

    public Outcome Outcome { get; init; }

    /// <summary>NaN unless the outcome is scored or fallback.</summary>
    public float Score { get; init; }

    /// <summary>Index into the pipeline's decisions.</summary>
    public byte Decision { get; init; }

    /// <summary>0 when no version was asked (late, or a constant fallback).</summary>
    public int Version { get; init; }

    public Variant Variant { get; init; }

    public int Revision { get; init; }

    /// <summary>UTC ticks.</summary>
    public long EventTime { get; init; }

    /// <summary>UTC ticks.</summary>
    public long ScoredAt { get; init; }

    /// <summary>When the record reached its source: UTC ticks. Latency is ScoredAt minus this.</summary>
    public long ReceivedAt { get; init; }

    /// <summary>True when the event came through HTTP, whose source topic is shown as <c>http</c>.</summary>
    public bool FromHttp { get; init; }

    public PartitionOffset Source { get; init; }

    /// <summary>In model order; empty when not kept.</summary>
    public ReadOnlySpan<float> Features { get; init; }
}
