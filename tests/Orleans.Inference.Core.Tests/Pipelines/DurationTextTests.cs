using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Core.Tests.Pipelines;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("1h", 3_600)]
    [InlineData("7d", 604_800)]
    [InlineData("0s", 0)]
    [InlineData("36500d", 36_500 * 86_400.0)]
    public void TryParse_Duration_GivesSeconds(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("+1h")]
    [InlineData("1.5h")]
    [InlineData("1 h")]
    [InlineData("1H")]
    [InlineData("1w")]
    [InlineData("1h30m")]
    [InlineData("36501d")]
    [InlineData("99999999999999999999ms")]
    [InlineData("٣d")]
    public void TryParse_Other_IsRefused(string text) => Assert.False(DurationText.TryParse(text, out _));
}
