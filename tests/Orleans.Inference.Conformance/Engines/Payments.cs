using System.Globalization;
using System.Text;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>Payments as JSON, single or as a stream from a seed: out of order, with late, rejected and incomplete ones among them.</summary>
internal static class Payments
{
    /// <summary>When streams begin. In the past, so that no engine takes a payment for one of the future.</summary>
    public static readonly DateTime Start = new(2024, 3, 1, 22, 0, 0, DateTimeKind.Utc);

    public static byte[] Payment(string id, double minute, string customer, double amount, string? terminal = null, string? channel = null)
    {
        var at = Start.AddSeconds(Math.Round(minute * 60)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var json = new StringBuilder($$"""{"id":"{{id}}","at":"{{at}}","customer":"{{customer}}","amount":{{amount.ToString(CultureInfo.InvariantCulture)}}""");
        json.Append(terminal is null ? "" : $",\"terminal\":\"{terminal}\"").Append(channel is null ? "" : $",\"channel\":\"{channel}\"").Append('}');
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    /// <summary>One after another about a minute, over some hours; a fifth overtaken by up to 9 minutes, some late by far, some rejected.</summary>
    public static IReadOnlyList<byte[]> Stream(int count, int seed, int customers = 12, bool withRejected = true)
    {
        var random = new Random(seed);
        var minute = 0d;
        var payments = new List<byte[]>(count);
        for (var i = 0; i < count; i++)
        {
            minute += random.NextDouble() * 2;
            var kind = random.NextDouble();
            var at = kind switch { < 0.2 => minute - (random.NextDouble() * 9), < 0.24 => minute - 15 - (random.NextDouble() * 60), _ => minute };
            var customer = $"C{random.Next(customers)}";
            var amount = random.Next(100, 10_000) / 100.0;
            var payment = Payment(
                $"p{i}",
                Math.Max(0, at),
                customer,
                amount,
                random.Next(5) == 0 ? null : $"T{random.Next(5)}",
                random.Next(3) switch { 0 => "online", 1 => "pos", _ => null });
            var fault = withRejected ? random.Next(60) : -1;
            payments.Add(fault switch
            {
                0 => Payment($"p{i}", at, customer, -1),
                1 => Encoding.UTF8.GetBytes("{\"id\": \"broken"),
                2 => Encoding.UTF8.GetBytes($$"""{"id":"p{{i}}","at":"2024-03-02","amount":1}"""),
                3 => Payment($"p{i}", at, customer, amount, channel: "post"),
                _ => payment,
            });
        }

        return payments;
    }
}
