using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Decoding;

public sealed class DecodingFuzzTests
{
    [Theory]
    [InlineData(20260101, 50_000)]
    [InlineData(20260102, 50_000)]
    public void Decode_OfMutatedRecords_AgreesWithTheOracleAndHoldsNoMemory(int seed, int records)
    {
        var pipeline = DecodingPipeline.Model;
        var mutator = new RecordMutator(seed);
        var decoder = new JsonEventDecoder(pipeline);
        var batch = new EventBatch(pipeline, 16);
        var accepted = 0;
        var before = 0L;
        for (var i = 0; i < records; i++)
        {
            var record = i % 1_000 == 0 ? mutator.NextHuge() : mutator.Next();
            if (batch.Count == batch.Capacity)
            {
                batch.Clear();
            }

            decoder.Decode(batch, record, new PartitionOffset(0, i), 0);
            var row = batch.Count - 1;
            var expected = RecordOracle.Judge(pipeline, record);
            Assert.True(
                expected == batch.Rejections[row],
                $"seed {seed}, record {i}: expected {DecodingPipeline.Describe(pipeline, expected)}, got {DecodingPipeline.Describe(pipeline, batch.Rejections[row])} for {Shorten(record)}");
            Assert.Equal(expected.IsNone ? Outcome.Scored : Outcome.Rejected, batch.Outcomes[row]);
            accepted += expected.IsNone ? 1 : 0;
            if (i == records / 2)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        // Both sides must be met often, or the test says nothing.
        Assert.InRange(accepted, records / 5, records * 4 / 5);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 32 * 1024 * 1024, $"seed {seed}: memory grew by {grown} bytes over {records / 2} records");
    }

    private static string Shorten(byte[] record) => Encoding.UTF8.GetString(record, 0, Math.Min(record.Length, 600));
}
