using System.Globalization;
using System.Text;
using Orleans.Inference.Aggregates;

namespace Orleans.Inference.Decoding;

public sealed class NumberTextTests
{
    [Fact]
    public void TryDouble_OfAHundredThousandTexts_HasTheBitsOfDoubleParse()
    {
        const int Seed = 71;
        var generator = new ValueGenerator(Seed);
        for (var i = 0; i < 100_000; i++)
        {
            var text = NextText(generator);
            Assert.True(NumberText.TryDouble(Encoding.UTF8.GetBytes(text), out var value), $"seed {Seed}: {text} is a number");
            var expected = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            Assert.True(
                BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(value),
                $"seed {Seed}: {text} is {expected:R}, got {value:R}");
        }
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.1", 0.1)]
    [InlineData("123456789012345", 123456789012345)]
    [InlineData("1.00000000000001", 1.00000000000001)]
    [InlineData("0.000000000000001", 1e-15)]
    [InlineData("9007199254740993", 9007199254740992)]
    [InlineData("9007199254740993.0000000000000000000000000000000001", 9007199254740994)]
    [InlineData("2.2250738585072011e-308", 2.2250738585072011e-308)]
    [InlineData("4.9e-324", 4.9e-324)]
    [InlineData("2.4e-324", 0)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    [InlineData("1e400", double.PositiveInfinity)]
    [InlineData("-1e99999999999", double.NegativeInfinity)]
    [InlineData("1e-99999999999", 0)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("+1", 1)]
    [InlineData("1E5", 100000)]
    public void TryDouble_OfANumber_IsTheNearestDouble(string text, double expected)
    {
        Assert.True(NumberText.TryDouble(Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void TryDouble_OfMinusZero_KeepsItsSign()
    {
        Assert.True(NumberText.TryDouble("-0"u8, out var value));
        Assert.True(double.IsNegative(value));
        Assert.True(NumberText.TryDouble("-0.0"u8, out value));
        Assert.True(double.IsNegative(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+")]
    [InlineData(".")]
    [InlineData("-.")]
    [InlineData("e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData("1-")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,000")]
    [InlineData("0x1F")]
    [InlineData("1_000")]
    [InlineData("１")]
    [InlineData("1\0")]
    public void TryDouble_OfNoNumber_IsFalse(string text) => Assert.False(NumberText.TryDouble(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("007", 7)]
    [InlineData("5.0", 5)]
    [InlineData("1.5e1", 15)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void TryInteger_OfAWholeNumber_IsIt(string text, long expected)
    {
        Assert.True(NumberText.TryInteger(Encoding.UTF8.GetBytes(text), out var value, out var isNumber));
        Assert.Equal((expected, true), (value, isNumber));
    }

    [Theory]
    [InlineData("1.5", true)]
    [InlineData("9223372036854775808", true)]
    [InlineData("1e30", true)]
    [InlineData("1e400", true)]
    [InlineData("x", false)]
    [InlineData("", false)]
    [InlineData("1 ", false)]
    public void TryInteger_OfAnythingElse_TellsWhetherItIsANumber(string text, bool expected)
    {
        Assert.False(NumberText.TryInteger(Encoding.UTF8.GetBytes(text), out _, out var isNumber));
        Assert.Equal(expected, isNumber);
    }

    private static string NextText(ValueGenerator generator)
    {
        var random = generator.Random;
        switch (random.Next(6))
        {
            case 0:
                return generator.Wild().ToString("R", CultureInfo.InvariantCulture);
            case 1:
                return generator.Wild().ToString("E16", CultureInfo.InvariantCulture);
            case 2:
                return (random.NextInt64(10_000_000) / 100m).ToString(CultureInfo.InvariantCulture);
            case 3:
                return generator.Everyday().ToString("R", CultureInfo.InvariantCulture);
            default:
                var digits = new StringBuilder(random.Next(4) == 0 ? "-" : "");
                var length = random.Next(1, 24);
                var point = random.Next(-2, length);
                for (var i = 0; i < length; i++)
                {
                    digits.Append(i > 0 && i == point ? "." : "").Append((char)('0' + random.Next(10)));
                }

                return random.Next(3) == 0 ? digits.Append('e').Append(random.Next(-340, 320)).ToString() : digits.ToString();
        }
    }
}
