using System.Text;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Commands.Replay;

/// <summary>Tells of rejected and late records: the first ten one by one, then counts by field and reason.</summary>
internal sealed class FaultReport(PipelineModel pipeline, DeadLetterFile? deadLetters, TextWriter errors)
{
    private const int Shown = 10;
    private const int Excerpt = 120;

    private readonly Dictionary<(string Field, string Reason), long> _counts = [];
    private long _total;

    public long RejectedCount { get; private set; }

    public void Add(EventBatch batch, int row, ReadOnlySpan<byte> record)
    {
        var isLate = batch.Outcomes[row] == Outcome.Late;
        var rejection = batch.Rejections[row];
        var field = isLate ? pipeline.Fields[pipeline.Source.TimeField].Name : rejection.Field < 0 ? "" : pipeline.Fields[rejection.Field].Name;
        var reason = isLate ? "late" : rejection.Text;
        var number = batch.Sources[row].Offset + 1;
        RejectedCount += isLate ? 0 : 1;
        _counts[(field, reason)] = _counts.GetValueOrDefault((field, reason)) + 1;
        if (++_total <= Shown)
        {
            var text = Encoding.UTF8.GetString(record.Length > Excerpt ? record[..Excerpt] : record).TrimEnd('\r', '\n');
            errors.WriteLine($"record {number}: {Named(field)}{reason}: {text}");
        }

        deadLetters?.Add(number, field, reason, record);
    }

    public void Finish()
    {
        if (_total == 0)
        {
            return;
        }

        foreach (var ((field, reason), count) in _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key))
        {
            errors.WriteLine($"{count} x {Named(field)}{reason}");
        }

        errors.WriteLine($"{RejectedCount} rejected, {_total - RejectedCount} late");
    }

    private static string Named(string field) => field.Length == 0 ? "" : field + ": ";
}
