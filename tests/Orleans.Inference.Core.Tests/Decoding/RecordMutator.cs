using System.Globalization;
using System.Text;

namespace Orleans.Inference.Decoding;

/// <summary>Makes records that are nearly right, and some that are very wrong.</summary>
internal sealed class RecordMutator(int seed)
{
    private static readonly string[] Names = DecodingPipeline.CsvHeader.Split(',');

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "2", "-0", "-1", "1.5", "1.0", "3e0", "1e400", "-1e400", "1e39", "1e99999999999", "1e-99999999999", "NaN", "Infinity", "-Infinity", "+1", "01",
        "2147483647", "2147483648", "-2147483649", "9007199254740993", "9223372036854775807", "9223372036854775808", "12345678901234567890123", "0.1234567890123456789",
        "1e6", "1000000.0000001", "\"\"", "\"1\"", "\"NaN\"", "\"true\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u0042\\u0045\"", "\"pos\"", "\"\\u0070os\"", "\"fax\"", "\"be\"", "\"BE\"",
        "[]", "{}", "[1,[2,{\"id\":3}]]", "{\"amount\":1}", "'x'", "",
        "\"2026-02-29T00:00:00Z\"", "\"2024-02-29T00:00:00Z\"", "\"2026-01-01 12:00\"", "\"2026-01-01T00:00:00.1234567+01:00\"", "\"2026-01-01T00:00:00.12345678Z\"",
        "\"2026-01-01T00:00:00\\u002B02:00\"", "\"1969-12-31T23:59:59Z\"", "\"1970-01-01T00:00:00+00:01\"", "\"2199-12-31T23:59:59.9999999Z\"", "\"2200-01-01T00:00:00Z\"",
        "\"2200-01-01T00:00:00+01\"", "\"2026-01-01\\u000000:00\"", "7258118399999.9999", "7258118400000", "-0.1", "1767225600000.5", "1.7672256e12",
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var members = ValidMembers();
        for (var changes = _random.Next(4); changes > 0; changes--)
        {
            Change(members);
        }

        var text = "{" + string.Join(_random.Next(20) == 0 ? ", \n" : ",", members.Select(member => $"\"{member.Name}\":{member.Value}")) + "}";
        text = _random.Next(100) switch
        {
            0 => $"[{text}]",
            1 => text + text,
            2 => text + " \r\n",
            3 => text + "x",
            4 => Values[_random.Next(Values.Length)],
            5 => "\uFEFF" + text,
            6 => "",
            _ => text,
        };
        var bytes = Encoding.UTF8.GetBytes(text);
        return _random.Next(12) switch
        {
            0 => bytes[.._random.Next(bytes.Length + 1)],
            1 => Noise(bytes),
            _ => bytes,
        };
    }

    /// <summary>A record whose size is at a limit: keys up to a megabyte, records up to ten.</summary>
    public byte[] NextHuge()
    {
        var members = ValidMembers();
        var length = _random.Next(6) switch
        {
            0 => 1024 * 1024 - 300 + _random.Next(400),
            1 => 10 * 1024 * 1024,
            2 => 1_000_000,
            _ => _random.Next(1, 2_000_000),
        };
        var at = _random.Next(3) switch { 0 => members.FindIndex(member => member.Name == "customer"), 1 => members.FindIndex(member => member.Name == "id"), _ => 0 };
        members[at] = (_random.Next(5) == 0 ? "padding" : members[at].Name, $"\"{new string('x', length)}\"");
        return Encoding.UTF8.GetBytes("{" + string.Join(",", members.Select(member => $"\"{member.Name}\":{member.Value}")) + "}");
    }

    private List<(string Name, string Value)> ValidMembers()
    {
        // Up to ten years back and a hundred ahead.
        var time = new DateTime(2026, 1, 1).AddSeconds(_random.NextInt64(-10L * 365 * 86_400, 100L * 365 * 86_400)).AddTicks(_random.Next(10_000_000));
        var members = new List<(string Name, string Value)>
        {
            ("id", $"\"t-{_random.Next()}\""),
            ("time", $"\"{time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)}Z\""),
            ("customer", $"\"C{_random.Next(1000)}\""),
            ("position", $"{_random.Next(100)}"),
            ("amount", (_random.Next(100_000_000) / 100m).ToString(CultureInfo.InvariantCulture)),
            ("ratio", _random.NextDouble().ToString("R", CultureInfo.InvariantCulture)),
            ("count", $"{_random.NextInt64(1L << _random.Next(63))}"),
            ("channel", "\"online\""),
            ("code", "\"BE\""),
            ("online", _random.Next(2) == 0 ? "true" : "false"),
            ("at", $"{_random.NextInt64(7_258_118_400_000)}"),
            ("fraud", "false"),
            ("rank", $"{_random.Next(1, 4)}"),
        };
        if (_random.Next(4) == 0)
        {
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members));
        }

        return members;
    }

    private void Change(List<(string Name, string Value)> members)
    {
        var at = _random.Next(members.Count);
        switch (_random.Next(10))
        {
            case 0 when members.Count > 1:
                members.RemoveAt(at);
                break;
            case 1:
                // The same member twice, the other value first or last.
                members.Insert(_random.Next(members.Count + 1), (members[at].Name, Values[_random.Next(Values.Length)]));
                break;
            case 2:
                var depth = _random.Next(2) == 0 ? _random.Next(60, 68) : _random.Next(300);
                members.Insert(at, ("deep", new string('[', depth) + new string(']', depth)));
                break;
            case 3:
                members.Insert(at, (_random.Next(3) switch { 0 => "\\ud800", 1 => "amount\\ud800", _ => "x" }, Values[_random.Next(Values.Length)]));
                break;
            case 4:
                var name = members[at].Name;
                var place = _random.Next(Math.Max(1, name.Length));
                members[at] = (name.Length == 0 || name.Contains('\\') ? name : $"{name[..place]}\\u{(int)name[place]:x4}{name[(place + 1)..]}", members[at].Value);
                break;
            case 5:
                var length = _random.Next(4) switch { 0 => 0, 1 => 1024, 2 => 1025, _ => _random.Next(1020, 1030) };
                members.Add((_random.Next(2) == 0 ? "customer" : "code", $"\"{new string('A', length)}\""));
                break;
            default:
                members[at] = (_random.Next(3) == 0 ? Names[_random.Next(Names.Length)] : members[at].Name, Values[_random.Next(Values.Length)]);
                break;
        }
    }

    private byte[] Noise(byte[] bytes)
    {
        for (var flips = _random.Next(1, 4); flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        }

        return bytes;
    }
}
