using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Orleans.Inference.Delivery;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Predictions;

public sealed class PredictionJsonTests
{
    private static readonly long Midnight = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    [Fact]
    public void Write_OfTheContractsExample_IsThatObject()
    {
        var prediction = new Prediction
        {
            Sequence = 5,
            EventId = "t-1"u8,
            Entity = "C42"u8,
            Outcome = Outcome.Scored,
            Score = 0.93f,
            Decision = 0,
            Version = 2,
            Variant = Variant.Champion,
            Revision = 7,
            EventTime = Midnight,
            ReceivedAt = Midnight + TimeSpan.TicksPerSecond,
            ScoredAt = Midnight + TimeSpan.TicksPerSecond + 19_000,
            Source = new PartitionOffset(3, 1234),
            Features = [12.5f, 25, 1, float.NaN, 0],
        };
        Assert.Equal(
            """{"pipeline":"fraud","eventId":"t-1","entity":"C42","score":0.93,"decision":"block","model":"fraud","version":"2","variant":"champion",""" +
            "\"revision\":7,\"outcome\":\"scored\",\"eventTime\":\"2026-01-01T00:00:00Z\",\"scoredAt\":\"2026-01-01T00:00:01.0019Z\",\"latencyMs\":1.9," +
            "\"source\":{\"topic\":\"transactions\",\"partition\":3,\"offset\":1234}," +
            "\"features\":{\"amount\":12.5,\"double_amount\":25,\"customer_tx_1d\":1,\"customer_avg_7d\":null,\"terminal_risk_7d\":0}}",
            Show(prediction));
    }

    [Fact]
    public void Write_OfALateEventFromHttp_HasNullsAndNoFeatures()
    {
        var prediction = new Prediction
        {
            EventId = "t-\"é\""u8,
            Entity = ""u8,
            Outcome = Outcome.Late,
            Score = float.NaN,
            Decision = Decisions.DecisionModel.None,
            EventTime = Midnight,
            FromHttp = true,
        };
        using var document = JsonDocument.Parse(Show(prediction));
        var root = document.RootElement;
        Assert.Equal("t-\"é\"", root.GetProperty("eventId").GetString());
        Assert.Equal("late", root.GetProperty("outcome").GetString());
        Assert.Equal("http", root.GetProperty("source").GetProperty("topic").GetString());
        Assert.All(["score", "decision", "version", "variant"], name => Assert.Equal(JsonValueKind.Null, root.GetProperty(name).ValueKind));
        Assert.False(root.TryGetProperty("features", out _));
    }

    [Theory]
    [InlineData(Outcome.Scored, "scored", "fallback")]
    [InlineData(Outcome.Fallback, "fallback", "fallback")]
    [InlineData(Outcome.Failed, "failed", null)]
    [InlineData(Outcome.Rejected, "rejected", null)]
    public void Write_OfAnyOutcome_NamesItAndItsVariant(Outcome outcome, string name, string? variant)
    {
        using var document = JsonDocument.Parse(Show(new Prediction { Outcome = outcome, Variant = Variant.Fallback, EventTime = Midnight }));
        Assert.Equal(name, document.RootElement.GetProperty("outcome").GetString());
        Assert.Equal(variant, document.RootElement.GetProperty("variant").GetString());
    }

    [Theory]
    [InlineData(0, "block")]
    [InlineData(1, "review")]
    [InlineData(2, "approve")]
    [InlineData(3, null)]
    [InlineData(255, null)]
    public void Write_OfADecision_NamesTheRule(byte decision, string? expected)
    {
        using var document = JsonDocument.Parse(Show(new Prediction { Decision = decision, EventTime = Midnight }));
        Assert.Equal(expected, document.RootElement.GetProperty("decision").GetString());
    }

    [Fact]
    public void Write_OfAnyScore_IsTheShortestTextThatReadsBackEqual()
    {
        const int Seed = 9;
        var random = new Random(Seed);
        for (var i = 0; i < 5_000; i++)
        {
            var score = i % 2 == 0 ? random.NextSingle() : BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            using var document = JsonDocument.Parse(Show(new Prediction { Score = score, EventTime = Midnight }));
            var text = document.RootElement.GetProperty("score").GetRawText();
            var expected = float.IsFinite(score) ? score.ToString("R", CultureInfo.InvariantCulture) : "null";
            Assert.True(text == expected, $"seed {Seed}: {text} instead of {expected}");
        }
    }

    private static string Show(in Prediction prediction)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            new PredictionJson(TestPipelines.Fraud()).Write(writer, prediction);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
