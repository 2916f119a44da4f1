using Orleans.Inference.Delivery;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Predictions;

public sealed class PredictionCodecTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Decode_OfAnyEncodedPrediction_IsThatPrediction(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 2_000; i++)
        {
            var eventId = new byte[random.Next(10) == 0 ? 100_000 : random.Next(40)];
            var entity = new byte[random.Next(1025)];
            var features = new float[random.Next(60)];
            random.NextBytes(eventId);
            random.NextBytes(entity);
            for (var f = 0; f < features.Length; f++)
            {
                features[f] = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            }

            var prediction = new Prediction
            {
                Sequence = random.NextInt64(),
                EventId = eventId,
                Entity = entity,
                Outcome = (Outcome)random.Next(5),
                Score = random.Next(4) == 0 ? float.NaN : random.NextSingle(),
                Decision = (byte)random.Next(256),
                Version = random.Next(),
                Variant = (Variant)random.Next(4),
                Revision = random.Next(),
                EventTime = random.NextInt64(),
                ScoredAt = random.NextInt64(),
                ReceivedAt = random.NextInt64(),
                FromHttp = random.Next(2) == 0,
                Source = new PartitionOffset(random.Next(), random.NextInt64()),
                Features = features,
            };
            var bytes = PredictionCodec.Encode(prediction);
            Assert.Equal(bytes.Length, PredictionCodec.LengthOf(prediction));
            Assert.Equal(prediction.Sequence, PredictionCodec.SequenceOf(bytes));
            var decoded = PredictionCodec.Decode(bytes);
            AssertSame(prediction, decoded, $"seed {seed}, prediction {i}");

            // A reused buffer's old bytes leave no trace.
            var target = new byte[bytes.Length + 3];
            Array.Fill(target, (byte)0xAA);
            Assert.Equal(bytes.Length, PredictionCodec.Encode(decoded, target));
            Assert.Equal(bytes, target[..bytes.Length]);
        }
    }

    private static void AssertSame(in Prediction expected, in Prediction actual, string what)
    {
        Assert.True(expected.EventId.SequenceEqual(actual.EventId) && expected.Entity.SequenceEqual(actual.Entity), what);
        Assert.Equal(expected.Features.ToArray().Select(BitConverter.SingleToInt32Bits), actual.Features.ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(
            (expected.Sequence, expected.Outcome, expected.Score, expected.Decision, expected.Version, expected.Variant, expected.Revision),
            (actual.Sequence, actual.Outcome, actual.Score, actual.Decision, actual.Version, actual.Variant, actual.Revision));
        Assert.Equal(
            (expected.EventTime, expected.ScoredAt, expected.ReceivedAt, expected.FromHttp, expected.Source),
            (actual.EventTime, actual.ScoredAt, actual.ReceivedAt, actual.FromHttp, actual.Source));
    }
}
