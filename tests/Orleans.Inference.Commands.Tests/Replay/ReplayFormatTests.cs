using System.Text;
using System.Text.Json;

namespace Orleans.Inference.Commands.Tests.Replay;

/// <summary>What goes in and what comes out.</summary>
public sealed class ReplayFormatTests : IDisposable
{
    private const string Row1 = "a,2024-03-01 10:00:00,C1,T1,20,pos";
    private const string Row2 = "b,2024-03-01T10:30:00.25Z,C1,,5,";
    private const string Result1 = "a,C1,2024-03-01T10:00:00Z,0.573838,approve,payments,2,champion,scored";
    private const string Result2 = "b,C1,2024-03-01T10:30:00.25Z,0.5,approve,payments,,fallback,fallback";

    private readonly ReplayFixture _replay = new();

    private static string Csv { get; } = $"{ReplayFixture.InputHeader}\n{Row1}\n{Row2}\n";

    private static string Json { get; } = """
        {"id":"a","at":"2024-03-01 10:00:00","customer":"C1","terminal":"T1","amount":20,"channel":"pos"}
        {"id":"b","at":"2024-03-01T10:30:00.25Z","customer":"C1","amount":5}

        """;

    public void Dispose() => _replay.Dispose();

    [Theory]
    [InlineData("in.csv")]
    [InlineData("in.csv.gz")]
    [InlineData("in.CSV")]
    [InlineData("in.ndjson")]
    [InlineData("in.jsonl.gz")]
    [InlineData("in.json")]
    [InlineData("csv.unknown")]
    [InlineData("json.unknown.gz")]
    public async Task Input_AnyFormat_GivesTheSameRows(string name)
    {
        var input = _replay.Write(name, name.Contains("js", StringComparison.Ordinal) ? Json : Csv);
        Assert.Equal(0, await _replay.RunAsync(input));
        Assert.Equal("", _replay.Errors);
        Assert.Equal([ReplayFixture.Header, Scored(Result1), Result2], _replay.OutputLines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Input_StandardInput_IsRecognised(bool isJson)
    {
        _replay.StandardInput = Encoding.UTF8.GetBytes(isJson ? Json : Csv);
        Assert.Equal(0, await _replay.RunAsync("-"));
        Assert.Equal([ReplayFixture.Header, Scored(Result1), Result2], _replay.OutputLines);
    }

    [Fact]
    public async Task Input_CrLfByteOrderMarkQuotesAndBlankLines_GiveTheSameRows()
    {
        var text = $"\uFEFF{ReplayFixture.InputHeader}\r\n\r\n\"a\",2024-03-01 10:00:00,C1,T1,20,\"pos\"\r\n\r\n{Row2}";
        Assert.Equal(0, await _replay.RunAsync(_replay.Write("in.csv", text)));
        Assert.Equal([ReplayFixture.Header, Scored(Result1), Result2], _replay.OutputLines);
        Assert.DoesNotContain('\r', _replay.Output);
        Assert.Equal(0, await _replay.RunAsync(_replay.Write("in.ndjson", "\uFEFF" + Json.ReplaceLineEndings("\r\n\r\n"))));
        Assert.Equal([ReplayFixture.Header, Scored(Result1), Result2], _replay.OutputLines);
    }

    [Fact]
    public async Task Input_TextThatNeedsQuotes_ComesBackQuoted()
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n\"a,\"\"b\"\"\nc\",2024-03-01 00:00:00,\"C,1\",,20,\n");
        Assert.Equal(0, await _replay.RunAsync(input));
        Assert.StartsWith($"{ReplayFixture.Header}\n\"a,\"\"b\"\"\nc\",\"C,1\",2024-03-01T00:00:00Z,0.5", _replay.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_OtherColumnsInAnotherOrder_AreIgnored()
    {
        var input = _replay.Write("in.csv", "note,amount,customer,at,id\nhello,20,C1,2024-03-01 10:00:00,a\n");
        Assert.Equal(0, await _replay.RunAsync(input));
        Assert.StartsWith("a,C1,2024-03-01T10:00:00Z,0.5", _replay.OutputLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inputs_Several_ShareStateAndClock()
    {
        var first = _replay.Write("1.csv", $"{ReplayFixture.InputHeader}\n{Row1}\n");
        var second = _replay.Write("2.csv.gz", $"at,id,customer,amount\n2024-03-01 10:30:00,b,C1,30\n2024-03-01 10:19:59,c,C1,30\n");
        Assert.Equal(0, await _replay.RunAsync(_replay.Options(first, second) with { Features = true }));
        Assert.EndsWith(",scored,30,2,50,25,0,0,-1", _replay.OutputLines[2], StringComparison.Ordinal);
        Assert.Equal("c,C1,2024-03-01T10:19:59Z,,,,,,late,,,,,,,", _replay.OutputLines[3]);
    }

    [Fact]
    public async Task Features_AreColumnsInModelOrder()
    {
        Assert.Equal(0, await _replay.RunAsync(_replay.Options(_replay.Write("in.csv", Csv)) with { Features = true }));
        Assert.Equal(
            ReplayFixture.Header + ",amount,customer_tx_1h,customer_sum_1h,customer_mean_1d,customer_online_1d,terminal_tx_1h,terminal_mean_1d",
            _replay.OutputLines[0]);
        Assert.EndsWith(",scored,20,1,20,20,0,0,20", _replay.OutputLines[1], StringComparison.Ordinal);
        Assert.EndsWith(",fallback,5,2,25,12.5,0,0,-1", _replay.OutputLines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out.ndjson")]
    [InlineData("out.jsonl.gz")]
    public async Task Output_Json_HasTheMembersOfAPrediction(string name)
    {
        var input = _replay.Write("in.csv", Csv + "c,2024-03-01 09:00:00,C1,,1,\n,,C2,,1,\n");
        Assert.Equal(1, await _replay.RunAsync(_replay.Options(input) with { Output = _replay.PathOf(name), Features = true }));
        Assert.Equal("", _replay.Output);
        var lines = _replay.Read(name).Split('\n');
        Assert.Equal(5, lines.Length);
        using var scored = JsonDocument.Parse(lines[0]);
        Assert.Equal(
            ["eventId", "entity", "eventTime", "score", "decision", "model", "version", "variant", "outcome", "features"],
            scored.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(20, scored.RootElement.GetProperty("features").GetProperty("customer_sum_1h").GetDouble());
        Assert.Equal(
            """{"eventId":"c","entity":"C1","eventTime":"2024-03-01T09:00:00Z","score":null,"decision":null,"model":null,"version":null,"variant":null,"outcome":"late"}""",
            lines[2]);
        Assert.Equal(
            """{"eventId":"","entity":"C2","eventTime":null,"score":null,"decision":null,"model":null,"version":null,"variant":null,"outcome":"rejected"}""",
            lines[3]);
    }

    [Fact]
    public async Task Output_CompressedCsv_IsWhatStandardOutputGets()
    {
        var input = _replay.Write("in.csv", Csv);
        await _replay.RunAsync(input);
        var expected = _replay.Output;
        Assert.Equal(0, await _replay.RunAsync(_replay.Options(input) with { Output = _replay.PathOf("out.csv.gz") }));
        Assert.Equal("", _replay.Output);
        Assert.Equal(expected, _replay.Read("out.csv.gz"));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    [InlineData(100, 5)]
    public async Task Limit_CountsInputRecords(long limit, int lines)
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{Row1}\nbad\n");
        var other = _replay.Write("other.csv", Csv);
        Assert.Equal(limit < 2 ? 0 : 1, await _replay.RunAsync(_replay.Options(input, other) with { Limit = limit }));
        Assert.Equal(lines, _replay.OutputLines.Length);
    }

    [Fact]
    public async Task PredictionsOnly_LeavesOutWhatIsNotScored()
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{Row1}\nbad\nc,2024-03-01 09:00:00,C1,,20,\n{Row2}\n");
        Assert.Equal(1, await _replay.RunAsync(_replay.Options(input) with { PredictionsOnly = true }));
        Assert.Equal([ReplayFixture.Header, Scored(Result1), Result2], _replay.OutputLines);
        Assert.Contains("1 rejected, 1 late", _replay.Errors, StringComparison.Ordinal);
    }

    /// <summary>The result with the score that this machine's arithmetic gives: its last digits are not what these tests are about.</summary>
    private string Scored(string result)
    {
        var cells = result.Split(',');
        var actual = _replay.OutputLines[1].Split(',');
        Assert.Equal(double.Parse(cells[3]), double.Parse(actual[3]), 0.05);
        cells[3] = actual[3];
        return string.Join(',', cells);
    }
}
