using System.Globalization;
using System.Text;
using Orleans.Inference.Decoding;

namespace Orleans.Inference.Predictions;

public sealed class EventTimeTextTests
{
    [Theory]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("1970-01-01T00:00:00.0000001Z")]
    [InlineData("2199-12-31T23:59:59.9999999Z")]
    [InlineData("2024-02-29T12:34:56.789Z")]
    [InlineData("2026-10-20T10:20:30.0001Z")]
    public void Format_OfATime_HasNoMoreDigitsThanNeeded(string expected)
    {
        Assert.True(TimestampText.TryIso(Encoding.ASCII.GetBytes(expected), out var ticks));
        Assert.Equal(expected, EventTimeText.Format(ticks));
    }

    [Fact]
    public void Format_OfAnyTimeInRange_ReadsBackEqual()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        Span<byte> text = stackalloc byte[EventTimeText.MaxLength];
        for (var i = 0; i < 50_000; i++)
        {
            // Whole seconds, milliseconds, and single ticks.
            var unit = random.Next(3) switch { 0 => TimeSpan.TicksPerSecond, 1 => TimeSpan.TicksPerMillisecond, _ => 1 };
            var ticks = random.NextInt64(DateTime.UnixEpoch.Ticks, new DateTime(2200, 1, 1).Ticks) / unit * unit;
            var length = EventTimeText.Format(ticks, text);
            Assert.True(TimestampText.TryIso(text[..length], out var read) && read == ticks, $"seed {Seed}: {Encoding.ASCII.GetString(text[..length])}");
            Assert.Equal(new DateTime(ticks).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "Z", EventTimeText.Format(ticks));
        }
    }
}
