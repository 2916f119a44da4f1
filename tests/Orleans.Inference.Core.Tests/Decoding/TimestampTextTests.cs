using System.Globalization;
using System.Text;
using Orleans.Inference.Fields;

namespace Orleans.Inference.Decoding;

public sealed class TimestampTextTests
{
    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0000000")]
    [InlineData("2026-01-01t00:00:00z", "2026-01-01T00:00:00.0000000")]
    [InlineData("2026-01-01 00:00:00", "2026-01-01T00:00:00.0000000")]
    [InlineData("2026-01-01T00:00", "2026-01-01T00:00:00.0000000")]
    [InlineData("2026-01-01T00:00Z", "2026-01-01T00:00:00.0000000")]
    [InlineData("2026-01-01T12:34:56.7", "2026-01-01T12:34:56.7000000")]
    [InlineData("2026-01-01T12:34:56.789", "2026-01-01T12:34:56.7890000")]
    [InlineData("2026-01-01T12:34:56.1234567Z", "2026-01-01T12:34:56.1234567")]
    [InlineData("2026-01-01T00:00:00+02:00", "2025-12-31T22:00:00.0000000")]
    [InlineData("2026-01-01T00:00:00-0530", "2026-01-01T05:30:00.0000000")]
    [InlineData("2026-01-01T00:00:00.5+14", "2025-12-31T10:00:00.5000000")]
    [InlineData("2026-01-01T00:00+00:00", "2026-01-01T00:00:00.0000000")]
    [InlineData("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.0000000")]
    [InlineData("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.0000000")]
    [InlineData("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.0000000")]
    [InlineData("2199-12-31T23:59:59.9999999Z", "2199-12-31T23:59:59.9999999")]
    public void TryIso_OfAnAllowedForm_IsThatMomentInUtc(string text, string expected)
    {
        Assert.True(TimestampText.TryIso(Encoding.UTF8.GetBytes(text), out var ticks));
        Assert.Equal(expected, new DateTime(ticks).ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture));
        Assert.True(TimestampText.IsInRange(ticks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026")]
    [InlineData("2026-01-01")]
    [InlineData("2026-01-01T00")]
    [InlineData("2026-01-01_00:00:00Z")]
    [InlineData("2026-01-01\000:00:00Z")]
    [InlineData("2026-1-01T00:00:00Z")]
    [InlineData("2026-00-01T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-01-00T00:00:00Z")]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("2100-02-29T00:00:00Z")]
    [InlineData("2026-04-31T00:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("2026-01-01T24:00:00Z")]
    [InlineData("2026-01-01T00:60:00Z")]
    [InlineData("2026-01-01T00:00:60Z")]
    [InlineData("2026-01-01T00:00:00.Z")]
    [InlineData("2026-01-01T00:00:00.12345678Z")]
    [InlineData("2026-01-01T00:00:00,5Z")]
    [InlineData("2026-01-01T00:00.5Z")]
    [InlineData("2026-01-01T00:00:0Z")]
    [InlineData("2026-01-01T00:00:00ZZ")]
    [InlineData("2026-01-01T00:00:00 Z")]
    [InlineData("2026-01-01T00:00:00+2")]
    [InlineData("2026-01-01T00:00:00+02:")]
    [InlineData("2026-01-01T00:00:00+02:0")]
    [InlineData("2026-01-01T00:00:00+020")]
    [InlineData("2026-01-01T00:00:00+02:60")]
    [InlineData("2026-01-01T00:00:00+15:00")]
    [InlineData("2026-01-01T00:00:00+02:00x")]
    [InlineData(" 2026-01-01T00:00:00Z")]
    [InlineData("２026-01-01T00:00:00Z")]
    public void TryIso_OfAnythingElse_IsFalse(string text) =>
        Assert.False(TimestampText.TryIso(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void TryIso_OfEveryDayOfTheRange_AgreesWithDateTime()
    {
        var day = new DateTime(1970, 1, 1);
        while (day.Year < 2200)
        {
            Assert.True(TimestampText.TryIso(Encoding.UTF8.GetBytes(day.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)), out var ticks));
            Assert.Equal(day.Ticks, ticks);
            day = day.AddDays(1);
        }
    }

    [Fact]
    public void IsInRange_IsFrom1970To2200EndExcluded()
    {
        Assert.True(TimestampText.IsInRange(DateTime.UnixEpoch.Ticks));
        Assert.False(TimestampText.IsInRange(DateTime.UnixEpoch.Ticks - 1));
        Assert.True(TimestampText.IsInRange(new DateTime(2200, 1, 1).Ticks - 1));
        Assert.False(TimestampText.IsInRange(new DateTime(2200, 1, 1).Ticks));
    }

    [Theory]
    [InlineData("0", TimestampUnit.Seconds, 0)]
    [InlineData("1.5", TimestampUnit.Seconds, 15_000_000)]
    [InlineData("1767225600.1234567", TimestampUnit.Seconds, 17_672_256_001_234_567)]
    [InlineData("1.7672256001234567e9", TimestampUnit.Seconds, 17_672_256_001_234_567)]
    [InlineData("1767225600123", TimestampUnit.Milliseconds, 17_672_256_001_230_000)]
    [InlineData("1767225600123.4567", TimestampUnit.Milliseconds, 17_672_256_001_234_567)]
    [InlineData("1767225600123456", TimestampUnit.Microseconds, 17_672_256_001_234_560)]
    [InlineData("1767225600123456.7", TimestampUnit.Microseconds, 17_672_256_001_234_567)]
    [InlineData("1e3", TimestampUnit.Milliseconds, 10_000_000)]
    [InlineData("0.00000000000000000000000000001", TimestampUnit.Seconds, 0)]
    public void TryNumber_OfAUnit_IsExactToTheTick(string text, TimestampUnit unit, long ticksSinceEpoch)
    {
        Assert.True(TimestampText.TryNumber(Encoding.UTF8.GetBytes(text), unit, out var ticks));
        Assert.Equal(DateTime.UnixEpoch.Ticks + ticksSinceEpoch, ticks);
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("99999999999999999999")]
    [InlineData("1e300")]
    [InlineData("1e400")]
    [InlineData("-1")]
    [InlineData("-0.1")]
    public void TryNumber_OutOfReach_IsATimeOutOfRange(string text)
    {
        Assert.True(TimestampText.TryNumber(Encoding.UTF8.GetBytes(text), TimestampUnit.Microseconds, out var ticks));
        Assert.False(TimestampText.IsInRange(ticks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("NaN")]
    [InlineData("1 ")]
    [InlineData("2026-01-01T00:00:00Z")]
    public void TryNumber_OfNoNumber_IsFalse(string text) =>
        Assert.False(TimestampText.TryNumber(Encoding.UTF8.GetBytes(text), TimestampUnit.Seconds, out _));
}
