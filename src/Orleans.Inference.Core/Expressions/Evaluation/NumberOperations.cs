using Orleans.Inference.Events;

namespace Orleans.Inference.Expressions.Evaluation;

/// <summary>What compiled expressions do with numbers. NaN is a missing value and stays one.</summary>
internal static class NumberOperations
{
    public static double Field(EventBatch batch, int field, int row) => batch.Columns[field].NumberAt(row);

    public static double Score(EventBatch batch, int row) => batch.Scores[row];

    public static double Coalesce(double first, double second) => double.IsNaN(first) ? second : first;

    /// <summary>
    /// ln(1 + x) without the loss near 0: W. Kahan's correction of the rounding of 1 + x, as in Goldberg, "What every computer scientist should know
    /// about floating-point arithmetic" (1991), theorem 4.
    /// </summary>
    public static double Log1P(double value)
    {
        var shifted = 1 + value;
        return shifted == 1 ? value
            : double.IsFinite(shifted) ? Math.Log(shifted) * (value / (shifted - 1))
            : Math.Log(shifted);
    }
}
