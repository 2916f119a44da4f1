using Orleans.Providers.Streams.Common;

namespace Orleans.Inference.Streams.Kafka;

public sealed class KafkaSequenceTokenTests
{
    [Fact]
    public void CompareTo_ByOffset_ThenByLength()
    {
        KafkaSequenceToken[] tokens = [new(5), new(5, 3), new(4, 100), new(6)];

        Assert.Equal([tokens[2], tokens[0], tokens[1], tokens[3]], tokens.Order());
        Assert.Equal(new KafkaSequenceToken(5), tokens[0]);
        Assert.NotEqual(tokens[0], tokens[1]);
        Assert.Equal("offset 5", tokens[0].ToString());
        Assert.Equal("offsets 5 to 7", tokens[1].ToString());
    }

    [Fact]
    public void CompareTo_AnotherProvidersToken_SaysWhatToUse()
    {
        var problem = Assert.Throws<ArgumentException>(() => new KafkaSequenceToken(1).CompareTo(new EventSequenceTokenV2(1)));

        Assert.Contains(nameof(KafkaSequenceToken), problem.Message);
    }
}
