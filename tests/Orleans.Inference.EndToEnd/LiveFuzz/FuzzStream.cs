using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Orleans.Inference.Decoding;

namespace Orleans.Inference.EndToEnd.LiveFuzz;

/// <summary>Good records of customers G0..G39 among mutated ones, most of these with a time of now instead of one from ten years back to a hundred ahead.</summary>
internal sealed partial class FuzzStream(int seed)
{
    private readonly Random _random = new(seed);
    private readonly RecordMutator _mutator = new(seed);
    private readonly DateTime _start = DateTime.UtcNow.AddMinutes(-20);
    private int _number;

    /// <summary>A record, and whether it is a good one.</summary>
    public (byte[] Record, bool IsGood) Next()
    {
        var number = _number++;
        if (number % 4 == 0)
        {
            return (Good(number), true);
        }

        if (number % 1_000 == 1)
        {
            return (Huge(), false);
        }

        var record = _mutator.Next();
        return (_random.Next(10) == 0 ? record : Now(record, number), false);
    }

    /// <summary>Around the limit of 1 MB: one of ten would push everything before it out of the development broker's 5 MB.</summary>
    private byte[] Huge()
    {
        while (true)
        {
            var record = _mutator.NextHuge();
            if (record.Length < 1_100_000)
            {
                return record;
            }
        }
    }

    /// <summary>Every byte is a letter of Latin-1 here, so that what is no UTF-8 stays as it is.</summary>
    private byte[] Now(byte[] record, int number) => Encoding.Latin1.GetBytes(
        UsualTime().Replace(Encoding.Latin1.GetString(record), $"\"time\":\"{TimeOf(number)}\""));

    private byte[] Good(int number)
    {
        var amount = (_random.Next(1_000_000) / 100m).ToString(CultureInfo.InvariantCulture);
        var ratio = _random.NextSingle().ToString("R", CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(
            $$"""{"id":"good-{{number}}","time":"{{TimeOf(number)}}","customer":"G{{_random.Next(40)}}","amount":{{amount}},"ratio":{{ratio}},"count":{{_random.Next(1000)}},"online":true}""");
    }

    private string TimeOf(int number) => (_start + TimeSpan.FromMilliseconds(number * 40)).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    [GeneratedRegex("\"time\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]*Z\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsualTime();
}
