using System.Text;
using Orleans.Inference.Events;
using Orleans.Inference.Expressions;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Core.Tests.Expressions;

/// <summary>A batch of one event for expressions to read; a value left out is missing.</summary>
internal static class ExpressionEvent
{
    public static readonly IReadOnlyList<FieldModel> Schema =
    [
        Field(0, "amount", FieldType.Double),
        Field(1, "items", FieldType.Int),
        Field(2, "balance", FieldType.Long),
        Field(3, "flagged", FieldType.Bool),
        Field(4, "channel", FieldType.String),
        Field(5, "tx_time", FieldType.Timestamp),
        Field(6, "opened_at", FieldType.Timestamp),
        Field(7, "card type", FieldType.String),
        Field(8, "hour", FieldType.Int),
    ];

    public static EventBatch Batch(params (string Field, object Value)[] values)
    {
        var batch = new EventBatch(Pipeline(), 1) { Count = 1 };
        foreach (var column in batch.Columns)
        {
            column.Missing[0] = true;
        }

        foreach (var (name, value) in values)
        {
            if (name == "score")
            {
                batch.Scores[0] = (float)value;
                continue;
            }

            var column = batch.Columns.First(candidate => candidate.Field.Name == name);
            column.Missing[0] = false;
            switch (column.Field.Storage)
            {
                case FieldStorage.Number:
                    column.Numbers[0] = value is bool flag ? (flag ? 1 : 0) : Convert.ToDouble(value);
                    break;
                case FieldStorage.Integer:
                    column.Integers[0] = value is DateTime time ? time.Ticks : Convert.ToInt64(value);
                    break;
                default:
                    column.Texts[0] = batch.AddText(Encoding.UTF8.GetBytes((string)value));
                    break;
            }
        }

        return batch;
    }

    public static double Evaluate(string text, params (string Field, object Value)[] values)
    {
        var result = ExpressionCompiler.Compile(text, ExpressionScope.ForFeature(Schema));
        Assert.True(result.Expression is not null, result.Error?.ToString());
        return result.Expression.Evaluate(Batch(values), 0);
    }

    public static ExpressionError ErrorOf(string text, ExpressionScope? scope = null)
    {
        var result = ExpressionCompiler.Compile(text, scope ?? ExpressionScope.ForFeature(Schema));
        Assert.Null(result.Expression);
        return result.Error!;
    }

    private static FieldModel Field(int index, string name, FieldType type) => new() { Name = name, Index = index, Type = type };

    private static PipelineModel Pipeline() => new()
    {
        Name = "test",
        Folder = "/",
        Source = new SourceModel("t", 4, 5, TimeSpan.Zero, TimeSpan.Zero, "d", "l", "g"),
        Fields = Schema,
        Entities = [new EntityTypeModel("channel", 0, [4])],
        Features = [],
        Model = new ModelBindingModel(null, "score", null, [1]),
        Route = new RouteModel(1, null),
        Sink = new SinkModel("s", false),
        StateFingerprint = "0",
    };
}
