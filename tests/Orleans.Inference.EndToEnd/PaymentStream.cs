using System.Globalization;
using System.Text;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.EndToEnd;

/// <summary>
/// Payments from a seed over 90 minutes that ended half an hour ago: out of order within the lateness, one in fifty far too old, one in fifty invalid, one in a hundred too far
/// ahead. Two headers say what the record is, for the oracle; a third looks like one of ours.
/// </summary>
internal sealed class PaymentStream
{
    public const string Good = "good";
    public const int Customers = 60;
    public const int Terminals = 25;

    private static readonly string[] Invalid =
    [
        """{"id":"ID","time":"TIME","customer":"C1","amount":-1}""",
        """{"id":"ID","time":"TIME","amount":1}""",
        """{"id":"ID","time":"TIME","customer":"C1","amount":"NaN"}""",
        """{"id":"ID","time":"TIME","customer":"C1","amount":1e400}""",
        """{"id":"ID","time":"TIME","customer":"C1","amo""",
        """{"id":"ID","time":"yesterday","customer":"C1","amount":1}""",
        "",
    ];

    private readonly Random _random;
    private readonly DateTime _start;
    private readonly TimeSpan _step;
    private int _number;

    public PaymentStream(int seed, int count)
    {
        _random = new Random(seed);
        _start = DateTime.UtcNow.AddMinutes(-120);
        _step = TimeSpan.FromMinutes(90) / count;
    }

    public (byte[] Key, byte[] Value, RecordHeader[] Headers) Next()
    {
        var number = _number++;

        // Every customer once to begin with, so that every partition has records.
        var customer = $"C{(number < Customers ? number : _random.Next(Customers))}";
        var time = _start + (_step * number) - TimeSpan.FromSeconds(_random.Next(300));
        var draw = _random.Next(100);
        var kind = Good;
        string json;
        if (draw < 2)
        {
            kind = "invalid";
            json = Invalid[_random.Next(Invalid.Length)].Replace("ID", $"e{number}", StringComparison.Ordinal).Replace("TIME", Text(time), StringComparison.Ordinal);
        }
        else
        {
            if (draw is 2)
            {
                kind = "ahead";
                time = DateTime.UtcNow.AddHours(20);
            }
            else if (draw is 3 or 4 && number >= Customers)
            {
                time -= TimeSpan.FromMinutes(45);
            }

            var terminal = _random.Next(20) == 0 ? "" : $"\"terminal\":\"T{_random.Next(Terminals)}\",";
            var channel = _random.Next(3) == 0 ? ",\"channel\":\"online\"" : "";
            var amount = (_random.Next(100_000) / 100m).ToString(CultureInfo.InvariantCulture);
            json = $$"""{"id":"e{{number}}","time":"{{Text(time)}}","customer":"{{customer}}",{{terminal}}"amount":{{amount}}{{channel}}}""";
        }

        return (Bytes(customer), Bytes(json), [new("kind", Bytes(kind)), new("ticks", Bytes($"{time.Ticks}")), new("seq", Bytes("7"))]);
    }

    private static string Text(DateTime time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
