using System.Text;
using Orleans.Inference.Aggregates;
using Orleans.Inference.Decoding;
using Orleans.Inference.Events;
using Orleans.Inference.Fields;

namespace Orleans.Inference.Features;

public sealed class FeatureReaderTests
{
    [Fact]
    public void Reader_OverTwoEntityTypes_FillsEveryColumnOfTheRow()
    {
        var pipeline = TestPipelines.Fraud();
        var reader = new FeatureReader(pipeline);
        var customer = reader.CreateTable(0).Create(1, "C42"u8);
        var terminal = reader.CreateTable(1).Create(2, "T1"u8);
        var batch = new EventBatch(pipeline, 4);
        Decode(batch, "2026-01-01T00:00:00Z", "12.5", "true");
        Decode(batch, "2026-01-01T12:00:00Z", "37.5", "null");
        Decode(batch, "2026-01-09T00:00:00Z", "1", "false");
        for (var row = 0; row < batch.Count; row++)
        {
            reader.WriteDirect(batch, row);
            reader.Apply(batch, row, 0, customer);
            reader.Apply(batch, row, 1, terminal);
        }

        Assert.Equal([12.5f, 25, 1, 12.5f, 0], batch.FeaturesOf(0).ToArray());
        Assert.Equal([37.5f, 75, 2, 25, 0], batch.FeaturesOf(1).ToArray());
        Assert.Equal([1f, 2, 1, 1, 1], batch.FeaturesOf(2).ToArray());
        Assert.Equal(
            [KeyValuePair.Create("customer_tx_1d", 0f), KeyValuePair.Create("customer_avg_7d", 1f)],
            reader.ReadAt(0, customer, batch.EventTimes[2] + TimeSpan.TicksPerDay));
    }

    [Fact]
    public void WriteEmpty_OfARowWithoutThatEntity_WritesDefaults()
    {
        var pipeline = TestPipelines.Fraud();
        var reader = new FeatureReader(pipeline);
        var batch = new EventBatch(pipeline, 1);
        Decode(batch, "2026-01-01T00:00:00Z", "12.5", "true");
        batch.FeaturesOf(0).Fill(7);
        reader.WriteEmpty(batch, 0, 0);
        reader.WriteEmpty(batch, 0, 1);
        Assert.Equal([7, 7, 0, float.NaN, 0], batch.FeaturesOf(0).ToArray());
    }

    [Theory]
    [InlineData(FieldType.Int, "7", 7)]
    [InlineData(FieldType.Long, "-9007199254740993", -9007199254740992)]
    [InlineData(FieldType.Double, "0.1", 0.1f)]
    [InlineData(FieldType.Double, "1e300", float.PositiveInfinity)]
    [InlineData(FieldType.Float, "0.1", 0.1f)]
    [InlineData(FieldType.Bool, "true", 1)]
    [InlineData(FieldType.Bool, "0", 0)]
    [InlineData(FieldType.Double, "null", -1)]
    public void WriteDirect_OfAField_IsItsValueOrTheDefault(FieldType type, string value, float expected)
    {
        var pipeline = TestPipelines.Create(
            [
                TestPipelines.Field("id", FieldType.String),
                TestPipelines.Field("time", FieldType.Timestamp),
                TestPipelines.Optional("value", type),
            ],
            [("thing", ["id"])],
            [new FieldFeature("value", 2, -1), new FieldFeature("bare", 2)]);
        var batch = DecodingPipeline.DecodeJson($$"""{"id":"a","time":"2026-01-01T00:00:00Z","value":{{value}}}""", pipeline);
        new FeatureReader(pipeline).WriteDirect(batch, 0);
        Assert.Equal([expected, value == "null" ? float.NaN : expected], batch.FeaturesOf(0).ToArray());
    }

    [Fact]
    public void WindowFeaturesOf_AnEntityType_AreItsOwnInModelOrder()
    {
        var reader = new FeatureReader(TestPipelines.Fraud());
        Assert.Equal([("customer_tx_1d", 2), ("customer_avg_7d", 3)], reader.WindowFeaturesOf(0));
        Assert.Equal([("terminal_risk_7d", 4)], reader.WindowFeaturesOf(1));
        Assert.Equal((2, 2), (reader.WordsOf(0), reader.WordsOf(1)));
    }

    [Fact]
    public void Apply_InOrder_AllocatesNothing()
    {
        var window = TestPipelines.Window(TimeSpan.FromSeconds(100));
        var windows = new Windows.WindowPipeline(
            [.. Enum.GetValues<AggregateKind>().Select(aggregate => Windows.WindowPipeline.Feature(aggregate, Windows.WindowPipeline.Amount, window))]);
        var reader = windows.Reader;
        var entity = windows.CreateEntity();
        var batch = new EventBatch(windows.Pipeline, 1) { Count = 1 };
        var allocated = 0L;
        for (var i = 0; i < 20_000; i++)
        {
            batch.EventTimes[0] = (i + 1) * TimeSpan.TicksPerSecond;
            batch.Horizon = batch.EventTimes[0];
            batch.Columns[Windows.WindowPipeline.Amount].Numbers[0] = i % 977 * 0.25;
            if (i == 10_000)
            {
                allocated = GC.GetAllocatedBytesForCurrentThread();
            }

            reader.Apply(batch, 0, 0, entity);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static void Decode(EventBatch batch, string time, string amount, string fraud)
    {
        var json = $$"""{"transaction_id":"t","tx_time":"{{time}}","customer_id":"C42","terminal_id":"T1","amount":{{amount}},"fraud":{{fraud}}}""";
        new JsonEventDecoder(batch.Pipeline).Decode(batch, Encoding.UTF8.GetBytes(json), default, 0);
        Assert.Equal("accepted", DecodingPipeline.FaultOf(batch, batch.Count - 1));
    }
}
