using System.Text;

namespace Orleans.Inference.Streams.Kafka;

public sealed class StreamNamingTests
{
    [Theory]
    [InlineData("21", -973_932_308)]
    [InlineData("foobar", -790_332_482)]
    [InlineData("a-little-bit-long-string", -985_981_536)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971)]
    public void Murmur2_KafkasOwnExamples_TheSamePartition(string key, int hash) =>
        Assert.Equal((hash & 0x7fffffff) % 1_000, Murmur2.PartitionOf(Encoding.UTF8.GetBytes(key), 1_000));

    [Fact]
    public void PartitionOf_PartitionStream_IsItsKey()
    {
        var naming = Create(KafkaStreamKey.Partition);

        Assert.Equal(2, naming.PartitionOf(StreamId.Create("topic", 2)));
        Assert.Equal(2, naming.PartitionOf(naming.StreamOf(2)));
        Assert.Throws<ArgumentException>(() => naming.PartitionOf(StreamId.Create("topic", "x")));
        Assert.Throws<ArgumentException>(() => naming.PartitionOf(StreamId.Create("other", 2)));
    }

    [Fact]
    public void PartitionOf_KeyStream_IsWhereThePartitionerPutsTheKey()
    {
        var naming = Create(KafkaStreamKey.Record);
        var record = new KafkaRecord { Key = "foobar"u8.ToArray(), Partition = 1 };

        Assert.Equal(StreamId.Create("topic", "foobar"), naming.StreamOf(record));
        Assert.Equal((-790_332_482 & 0x7fffffff) % 3, naming.PartitionOf(naming.StreamOf(record)));
        Assert.Equal(1, naming.PartitionOf(naming.StreamOf(record with { Key = null })));
    }

    private static StreamNaming Create(KafkaStreamKey key) => new(new KafkaStreamOptions { Topic = "topic", StreamKey = key }, 3);
}
