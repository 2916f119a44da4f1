using Orleans.Inference.Expressions;

namespace Orleans.Inference.Core.Tests.Expressions;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("latenes", "lateness")]
    [InlineData("Topic", "topic")]
    [InlineData("itme", "time")]
    [InlineData("max_ahead", "maxAhead")]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("completely", null)]
    public void Of_Name_FindsTheNearest(string name, string? expected) =>
        Assert.Equal(expected, NearestName.Of(name, ["topic", "id", "time", "lateness", "maxAhead"]));
}
