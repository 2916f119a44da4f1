using System.Buffers;
using System.Security.Cryptography;
using Orleans.Inference.Commands.Simulation;

namespace Orleans.Inference.Commands.Tests.Simulation;

public sealed class PaymentSimulatorTests(PaymentSimulatorTests.SixtyDays days) : IClassFixture<PaymentSimulatorTests.SixtyDays>
{
    [Fact]
    public void Stream_DefaultOptions_HasTheseBytes()
    {
        // A change here changes what every training script, test and demonstration sees: it is only ever made on purpose.
        Assert.Equal("7f76dcd20595c109", Hash(new PaymentSimulationOptions()));
    }

    [Fact]
    public void Stream_SameSeed_IsTheSame() =>
        Assert.Equal(Hash(new PaymentSimulationOptions { Seed = 7 }), Hash(new PaymentSimulationOptions { Seed = 7 }));

    [Fact]
    public void Stream_AnotherSeed_Differs() =>
        Assert.NotEqual(Hash(new PaymentSimulationOptions { Seed = 7 }), Hash(new PaymentSimulationOptions { Seed = 8 }));

    [Fact]
    public void Stream_SixtyDays_IsOrderedWithConsecutiveNumbers()
    {
        for (var i = 0; i < days.Payments.Length; i++)
        {
            Assert.Equal(i, days.Payments[i].Number);
            Assert.True(i == 0 || days.Payments[i].Time >= days.Payments[i - 1].Time);
        }

        Assert.Equal(60 * 9_500, days.Payments.Length, 0.02 * 60 * 9_500);
        Assert.All(days.Payments, payment => Assert.True(payment.Cents > 0 && payment.Time.Kind == DateTimeKind.Utc));
    }

    [Fact]
    public void Stream_SixtyDays_HasEveryKindOfFraudAndFewOfThem()
    {
        var share = days.Payments.Count(payment => payment.Fraud) / (double)days.Payments.Length;
        Assert.InRange(share, 0.003, 0.03);
        Assert.All(
            [FraudScenario.TooLarge, FraudScenario.CompromisedTerminal, FraudScenario.StolenCard],
            scenario => Assert.True(days.Payments.Count(payment => payment.Scenario == scenario) > 100));
    }

    [Fact]
    public void Fraud_TooLarge_IsEveryAmountAbove220ThatIsNoOtherFraud()
    {
        Assert.All(days.Payments, payment => Assert.True(payment.Fraud || payment.Amount <= 220));
        var tooLarge = days.Payments.Where(payment => payment.Scenario == FraudScenario.TooLarge);
        Assert.All(tooLarge, payment => Assert.True(payment.Amount > 220));
    }

    [Fact]
    public void Fraud_CompromisedTerminal_TakesEveryPaymentThereThatDay()
    {
        foreach (var day in days.Payments.GroupBy(payment => (payment.Terminal, payment.Time.Date)))
        {
            var frauds = day.Count(payment => payment.Scenario == FraudScenario.CompromisedTerminal);
            Assert.True(frauds == 0 || day.All(payment => payment.Fraud));
        }
    }

    [Fact]
    public void Fraud_StolenCard_IsAThirdOfItsPaymentsAtFiveTimesTheAmount()
    {
        // Three cards a day for fourteen days of 5,000, a third of their payments: 0.28 %.
        var stolen = days.Payments.Where(payment => payment.Scenario == FraudScenario.StolenCard).ToArray();
        var honest = days.Payments.Where(payment => !payment.Fraud);
        Assert.True(stolen.Average(payment => payment.Amount) > 4 * honest.Average(payment => payment.Amount));
        var share = stolen.Length / (double)days.Payments.Length;
        Assert.InRange(share, 0.0014, 0.0042);
    }

    [Fact]
    public void Rhythm_Nights_AreQuiet()
    {
        var night = days.Payments.Count(payment => payment.Time.Hour < 6) / (double)days.Payments.Length;
        Assert.InRange(night, 0.01, 0.08);
    }

    [Fact]
    public void Rhythm_Weekends_AreQuieter()
    {
        double PerDay(bool weekend) => days.Payments
            .Where(payment => (payment.Time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) == weekend)
            .GroupBy(payment => payment.Time.Date).Average(day => day.Count());
        Assert.InRange(PerDay(weekend: true) / PerDay(weekend: false), 0.6, 0.95);
    }

    [Fact]
    public void Customers_HaveAmountsOfTheirOwn()
    {
        var means = days.Payments.Where(payment => !payment.Fraud && payment.Channel != PaymentChannel.Atm)
            .GroupBy(payment => payment.Customer)
            .Where(own => own.Count() > 50).Select(own => own.Average(payment => payment.Amount)).Order().ToArray();
        Assert.True(means[means.Length / 10] < 30);
        Assert.True(means[means.Length * 9 / 10] > 75);
    }

    [Fact]
    public void Customers_PayOutsideTheNetAtTerminalsNearThem()
    {
        var terminals = days.Payments.Where(payment => payment.Channel != PaymentChannel.Online).GroupBy(payment => payment.Customer)
            .Select(own => own.Select(payment => payment.Terminal).Distinct().Count()).Max();
        Assert.InRange(terminals, 10, 120);
    }

    [Fact]
    public void Channels_AllOccur() =>
        Assert.Equal(3, days.Payments.Select(payment => payment.Channel).Distinct().Count());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9_499)]
    [InlineData(123_456)]
    public void From_Payment_IsTheTailOfTheWhole(int skip)
    {
        var tail = new PaymentSimulator(new PaymentSimulationOptions()).From(skip).Take(20_000);
        Assert.Equal(days.Payments.Skip(skip).Take(20_000), tail);
    }

    [Fact]
    public void Since_Time_IsTheTailOfTheWhole()
    {
        var time = new DateTime(2026, 1, 20, 11, 30, 0, DateTimeKind.Utc);
        var tail = new PaymentSimulator(new PaymentSimulationOptions()).Since(time).Take(20_000);
        Assert.Equal(days.Payments.SkipWhile(payment => payment.Time < time).Take(20_000), tail);
    }

    [Fact]
    public void Start_LaterDay_HasTheSameDay()
    {
        var later = new PaymentSimulationOptions { Start = new DateOnly(2026, 1, 11), FirstNumber = 1000 };
        var expected = days.Payments.Where(payment => payment.Time >= later.Start.ToDateTime(TimeOnly.MinValue)).Take(5_000).ToArray();
        var actual = new PaymentSimulator(later).From().Take(5_000).ToArray();
        Assert.Equal(1000, actual[0].Number);
        Assert.Equal(expected.Select(payment => payment with { Number = 0 }), actual.Select(payment => payment with { Number = 0 }));
    }

    [Theory]
    [InlineData(0.05, 5_000)]
    [InlineData(0.2, 8_640)]
    [InlineData(20, 50_000)]
    [InlineData(5_000, 50_000)]
    public void ForRate_Rate_GivesThatManyPaymentsASecond(double rate, int customers)
    {
        var options = PaymentSimulationOptions.ForRate(rate);
        Assert.Equal(customers, options.Customers);
        var start = new DateTime(2026, 2, 3, 3, 0, 0, DateTimeKind.Utc);
        var count = Math.Max(2_000, (int)(rate * 10));
        var payments = new PaymentSimulator(options).Since(start).Take(count).ToArray();
        var seconds = (payments[^1].Time - start).TotalSeconds;
        Assert.Equal(rate, count / seconds, 0.1 * rate);
        Assert.InRange(payments.Count(payment => payment.Fraud) / (double)count, 0.001, 0.03);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ForRate_NotAPositiveNumber_Throws(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PaymentSimulationOptions.ForRate(rate));

    private static string Hash(PaymentSimulationOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var payment in new PaymentSimulator(options).From().Take(50_000))
        {
            PaymentWriter.WriteCsv(payment, buffer);
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan))[..16];
    }

    /// <summary>The default stream's first sixty days.</summary>
    public sealed class SixtyDays
    {
        public Payment[] Payments { get; } =
            [.. new PaymentSimulator(new PaymentSimulationOptions()).From().TakeWhile(payment => payment.Time < End)];

        private static DateTime End => new(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc);
    }
}
