using System.Globalization;

namespace Orleans.Inference.EndToEnd.Reference;

/// <summary>Compares features of a replay with features that others computed: counts exactly, the rest within a relative 1e-6.</summary>
internal static class FeatureComparison
{
    private const double Tolerance = 1e-6;
    private const int ResultColumns = 9;
    private const int Shown = 10;

    /// <summary>Rows of a CSV file without its header.</summary>
    public static IEnumerable<string[]> Rows(StreamReader file)
    {
        using (file)
        {
            file.ReadLine();
            while (file.ReadLine() is { } line)
            {
                yield return line.Split(',');
            }
        }
    }

    /// <summary>Compares each result row that the reference has, and returns how many values were compared.</summary>
    /// <param name="results">Rows of the replay.</param>
    /// <param name="expected">By event id, the reference's value of each feature; NaN where it says nothing.</param>
    /// <param name="features">Names of the features, in order; those with <c>_tx_</c> are counts.</param>
    public static long AssertEqual(IEnumerable<string[]> results, IReadOnlyDictionary<string, double[]> expected, IReadOnlyList<string> features)
    {
        var wrong = new List<string>();
        var compared = 0L;
        var found = 0;
        foreach (var row in results)
        {
            if (!expected.TryGetValue(row[0], out var values))
            {
                continue;
            }

            found++;
            for (var f = 0; f < values.Length; f++)
            {
                if (double.IsNaN(values[f]))
                {
                    continue;
                }

                compared++;
                var actual = float.Parse(row[ResultColumns + f], CultureInfo.InvariantCulture);
                if (!IsEqual(values[f], actual, isCount: features[f].Contains("_tx_", StringComparison.Ordinal)) && wrong.Count < Shown)
                {
                    wrong.Add($"{row[0]} {features[f]}: expected {values[f]:R}, found {actual:R}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(expected.Count, found);
        return compared;
    }

    private static bool IsEqual(double expected, float actual, bool isCount)
    {
        // Nine decimals are all that the reference has of a value.
        var tolerance = (Tolerance * Math.Abs(expected)) + 5e-10;
        return isCount ? actual == expected : Math.Abs(actual - expected) <= tolerance;
    }
}
