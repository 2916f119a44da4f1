using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Api.Requests;

/// <summary>
/// Reads query parameters. The first one that is not what it should be is kept as <see cref="Problem"/>; later reads go on, so that a handler
/// looks once at the end.
/// </summary>
internal struct QueryValues(HttpRequest request)
{
    // Most requests have no query; they must not pay for parsing one.
    private readonly IQueryCollection? _query = request.QueryString.HasValue ? request.Query : null;

    public ApiProblem? Problem { get; private set; }

    public readonly string? Text(string name) =>
        _query is not null && _query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A name alone, without a value, is true.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null => false,
        "" => true,
        var text when bool.TryParse(text, out var value) => value,
        var text => Refuse(name, text, "true or false", false),
    };

    /// <summary>A whole number of at least 1.</summary>
    public int? Positive(string name) => Text(name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 => value,
        var text => Refuse<int?>(name, text, "a whole number of at least 1", null),
    };

    public double? Number(string name) => Text(name) switch
    {
        null => null,
        var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) => value,
        var text => Refuse<double?>(name, text, "a number", null),
    };

    public TimeSpan? Duration(string name, TimeSpan longest) => Text(name) switch
    {
        null => null,
        var text when DurationText.TryParse(text, out var value) && value <= longest => value,
        var text => Refuse<TimeSpan?>(name, text, $"a duration such as 500ms or 5s, at most {DurationText.Format(longest)}", null),
    };

    /// <summary>UTC ticks of a time as events may write it.</summary>
    public long? Time(string name) => Text(name) switch
    {
        null => null,
        var text when TimestampText.TryIso(Encoding.UTF8.GetBytes(text), out var ticks) && TimestampText.IsInRange(ticks) => ticks,
        var text => Refuse<long?>(name, text, "an ISO 8601 time between 1970 and 2200 (write the plus of an offset as %2B)", null),
    };

    public PartitionOffset? Position(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var colon = text.IndexOf(':');
        return colon > 0
            && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new PartitionOffset(partition, offset)
            : Refuse<PartitionOffset?>(name, text, "PARTITION:OFFSET, such as 3:1234", null);
    }

    private T Refuse<T>(string name, string text, string allowed, T instead)
    {
        Problem ??= ApiProblem.InvalidQuery($"'{name}' is '{text}' but must be {allowed}.");
        return instead;
    }
}
