using System.Text;
using Orleans.Inference.Events;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>What scoring says of an event, bit for bit: everything but times of the day and numbers of the run.</summary>
internal sealed record ResultRow(
    string Id, string Entity, long EventTime, Outcome Outcome, uint ScoreBits, byte Decision, int Version, Variant Variant, string Features)
{
    public float Score => BitConverter.UInt32BitsToSingle(ScoreBits);

    public float[] FeatureValues => [.. Features.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(bits => BitConverter.UInt32BitsToSingle(Convert.ToUInt32(bits, 16)))];

    /// <summary>A row of a replay; of a row that is not accepted only what was read counts.</summary>
    public static ResultRow Of(EventBatch batch, int row)
    {
        var isAccepted = batch.IsAccepted(row);
        return new ResultRow(
            Encoding.UTF8.GetString(batch.EventIdOf(row)),
            Encoding.UTF8.GetString(batch.KeyOf(0, row)),
            batch.EventTimes[row],
            batch.Outcomes[row],
            BitsOf(batch.Scores[row]),
            batch.Decisions[row],
            batch.Versions[row],
            batch.Variants[row],
            isAccepted ? BitsOf(batch.FeaturesOf(row)) : "");
    }

    /// <summary>A prediction of a live engine.</summary>
    public static ResultRow Of(byte[] encoded)
    {
        var prediction = PredictionCodec.Decode(encoded);
        return new ResultRow(
            Encoding.UTF8.GetString(prediction.EventId),
            Encoding.UTF8.GetString(prediction.Entity),
            prediction.EventTime,
            prediction.Outcome,
            BitsOf(prediction.Score),
            prediction.Decision,
            prediction.Version,
            prediction.Variant,
            BitsOf(prediction.Features));
    }

    // There are many NaNs, and they all mean the same.
    private static uint BitsOf(float value) => BitConverter.SingleToUInt32Bits(float.IsNaN(value) ? float.NaN : value);

    private static string BitsOf(ReadOnlySpan<float> values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            text.Append(BitsOf(value).ToString("x8")).Append(' ');
        }

        return text.ToString();
    }
}
