using System.Text;
using Orleans.Inference.Entities;
using Orleans.Inference.Predictions;
using Orleans.Inference.Serving.Predictions;

namespace Orleans.Inference.Serving.Tests.Predictions;

public sealed class PredictionHistoryTests
{
    [Theory]
    [InlineData(5_000, 1)]
    [InlineData(5_000, 7)]
    [InlineData(1_500, 400)]
    public void Of_MoreThanTheCapacity_IsTheNewestOfTheLast(int capacity, int entities)
    {
        var history = new PredictionHistory(capacity);
        var added = new List<(string Entity, long Sequence)>();
        var random = new Random(9);
        for (var i = 0; i < 12_345; i++)
        {
            var entity = $"C{random.Next(entities)}";
            added.Add((entity, i));
            history.Add(XxHash64.Hash(Encoding.UTF8.GetBytes(entity)), Encode(entity, i));
        }

        var last = added.TakeLast(capacity).Reverse().ToLookup(item => item.Entity, item => item.Sequence);
        for (var entity = 0; entity < entities; entity++)
        {
            var key = Encoding.UTF8.GetBytes($"C{entity}");
            Assert.Equal(last[$"C{entity}"].Take(100), history.Of(key, 100).Select(bytes => PredictionCodec.SequenceOf(bytes)));
        }

        Assert.Empty(history.Of("nobody"u8, 10));
    }

    [Fact]
    public void Of_KeysWithTheSameHash_AreKeptApart()
    {
        var history = new PredictionHistory(100);
        var hash = XxHash64.Hash("C1"u8);
        history.Add(hash, Encode("C1", 1));
        history.Add(hash, Encode("C2", 2));
        history.Add(hash, Encode("C1", 3));
        Assert.Equal([3, 1], history.Of("C1"u8, 10).Select(bytes => PredictionCodec.SequenceOf(bytes)));
    }

    private static byte[] Encode(string entity, long sequence) =>
        PredictionCodec.Encode(new Prediction { Entity = Encoding.UTF8.GetBytes(entity), EventId = "id"u8, Sequence = sequence });
}
