using System.Text;
using System.Text.Json;

namespace Orleans.Inference.Commands.Tests.Replay;

/// <summary>Records that do not fit, files that are damaged, and wrong usage.</summary>
public sealed class ReplayFaultTests : IDisposable
{
    private const string Good = "a,2024-03-01 10:00:00,C1,T1,20,pos";

    private readonly ReplayFixture _replay = new();

    public void Dispose() => _replay.Dispose();

    [Theory]
    [InlineData("b,2024-03-01 10:00:00,C1,T1,-1,pos", "b,C1,2024-03-01T10:00:00Z", "amount: below the minimum")]
    [InlineData("b,2024-03-01 10:00:00,,T1,1,pos", "b,,2024-03-01T10:00:00Z", "customer: missing")]
    [InlineData("b,yesterday,C1,T1,1,pos", "b,C1,", "at: wrong type")]
    [InlineData(",2024-03-01 10:00:00,C1,T1,1,pos", ",C1,2024-03-01T10:00:00Z", "id: missing")]
    [InlineData("b,2024-03-01 10:00:00,C1,T1,1,post", "b,C1,2024-03-01T10:00:00Z", "channel: not one of the allowed values")]
    [InlineData("b,2024-03-01 10:00:00,C1", "b,C1,2024-03-01T10:00:00Z", "too few cells")]
    [InlineData("b,2024-03-01 10:00:00,C1,T1,1,pos,more", "b,C1,2024-03-01T10:00:00Z", "too many cells")]
    [InlineData("b,2024-03-01 10:00:00,C1,T1,1e999,pos", "b,C1,2024-03-01T10:00:00Z", "amount: not finite")]
    [InlineData("b,1969-12-31 23:59:59,C1,T1,1,pos", "b,C1,", "at: out of range")]
    public async Task RejectedRow_KeepsWhatCouldBeRead(string row, string read, string reason)
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{row}\n{Good}\n");
        Assert.Equal(1, await _replay.RunAsync(input));
        Assert.Equal($"{read},,,,,,rejected", _replay.OutputLines[1]);
        Assert.EndsWith(",scored", _replay.OutputLines[2], StringComparison.Ordinal);
        Assert.Equal($"record 1: {reason}: {row}\n1 x {reason}\n1 rejected, 0 late\n", _replay.Errors);
    }

    [Fact]
    public async Task JsonRecordsThatDoNotFit_AreRejected()
    {
        string[] lines =
        [
            """{"id":"b","at":"2024-03-01T10:00:00Z","customer":"C1","amount":"1"}""",
            """{"id":"b" """,
            "[1]",
            """{"id":"b","at":"2024-03-01T10:00:00Z","customer":null,"amount":1}""",
        ];
        Assert.Equal(1, await _replay.RunAsync(_replay.Write("in.ndjson", string.Join('\n', lines))));
        Assert.Equal(
            [ReplayFixture.Header, "b,C1,2024-03-01T10:00:00Z,,,,,,rejected", "b,,,,,,,,rejected", ",,,,,,,,rejected", "b,,2024-03-01T10:00:00Z,,,,,,rejected"],
            _replay.OutputLines);
        Assert.Contains("4 rejected, 0 late", _replay.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LateRows_AreSaidAndDoNotChangeTheExitCode()
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{Good}\nlate,2024-03-01 09:49:59,C1,T1,20,pos\n");
        Assert.Equal(0, await _replay.RunAsync(input));
        Assert.Equal("late,C1,2024-03-01T09:49:59Z,,,,,,late", _replay.OutputLines[2]);
        Assert.Contains("at: late", _replay.Errors, StringComparison.Ordinal);
        Assert.Contains("0 rejected, 1 late", _replay.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyFaults_AreShownTenTimesAndThenCounted()
    {
        var bad = string.Concat(Enumerable.Range(0, 25).Select(i => $"b{i},2024-03-01 00:00:00,C1,T1,-1,pos\nshort{i}\n"));
        Assert.Equal(1, await _replay.RunAsync(_replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{bad}")));
        var lines = _replay.Errors.Split('\n');
        Assert.Equal(10, lines.Count(line => line.StartsWith("record ", StringComparison.Ordinal)));
        Assert.Equal(["25 x too few cells", "25 x amount: below the minimum", "50 rejected, 0 late", ""], lines[10..]);
    }

    [Theory]
    [InlineData("dead.ndjson")]
    [InlineData("dead.ndjson.gz")]
    public async Task DeadLetters_HoldTheRecordsAndTheirReasons(string name)
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{Good}\nlate,2024-03-01 09:00:00,C1,T1,20,pos\nb,2024-03-01 00:00:00,C1,\"T\n1\",-1,pos\r\n");
        Assert.Equal(1, await _replay.RunAsync(_replay.Options(input) with { DeadLetters = _replay.PathOf(name) }));
        var letters = _replay.Read(name).Split('\n')[..^1].Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([2, 3], letters.Select(letter => letter.GetProperty("record").GetInt32()));
        Assert.Equal(["at", "amount"], letters.Select(letter => letter.GetProperty("field").GetString()));
        Assert.Equal(["late", "below the minimum"], letters.Select(letter => letter.GetProperty("reason").GetString()));
        Assert.Equal("b,2024-03-01 00:00:00,C1,\"T\n1\",-1,pos", letters[1].GetProperty("value").GetString());
    }

    [Fact]
    public async Task HugeRecord_IsRejectedAndTheNextIsRead()
    {
        var huge = new string('x', 3 * 1024 * 1024);
        var csv = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\nb,2024-03-01 10:00:00,{huge},T1,20,pos\n{Good}\n");
        Assert.Equal(1, await _replay.RunAsync(csv));
        Assert.Equal([",,,,,,,,rejected"], _replay.OutputLines[1..^1]);
        Assert.StartsWith("a,C1,", _replay.OutputLines[^1], StringComparison.Ordinal);
        Assert.Contains("1 x record larger than 1 MB", _replay.Errors, StringComparison.Ordinal);
        var json = _replay.Write("in.ndjson", $$"""{"id":"{{huge}}"}""" + "\n" + """{"id":"a","at":"2024-03-01T00:00:00Z","customer":"C1","amount":20}""");
        Assert.Equal(1, await _replay.RunAsync(json));
        Assert.Equal(3, _replay.OutputLines.Length);
    }

    [Fact]
    public async Task LongKey_IsRejected()
    {
        var key = new string('k', 1025);
        Assert.Equal(1, await _replay.RunAsync(_replay.Write("in.csv", $"{ReplayFixture.InputHeader}\nb,2024-03-01 00:00:00,{key},T1,20,pos\n")));
        Assert.Equal("b,,2024-03-01T00:00:00Z,,,,,,rejected", _replay.OutputLines[1]);
        Assert.Contains("customer: key longer than 1 KB", _replay.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in.csv", "")]
    [InlineData("in.csv", "\n\n")]
    [InlineData("in.csv", ReplayFixture.InputHeader)]
    [InlineData("in.csv.gz", ReplayFixture.InputHeader + "\r\n")]
    [InlineData("in.ndjson", "")]
    [InlineData("in.unknown", "")]
    [InlineData("in.unknown", "\n")]
    public async Task NothingToRead_GivesAHeader(string name, string text)
    {
        Assert.Equal(0, await _replay.RunAsync(_replay.Write(name, text)));
        Assert.Equal(ReplayFixture.Header + "\n", _replay.Output);
        Assert.Equal("", _replay.Errors);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(0.999)]
    public async Task TruncatedGzip_IsSaidAndWhatCameBeforeIsScored(double share)
    {
        var random = new Random(5);
        var rows = new StringBuilder(ReplayFixture.InputHeader).Append('\n');
        for (var i = 0; i < 20_000; i++)
        {
            rows.Append($"p{i},2024-03-01 10:00:00,C{random.Next(1_000_000)},T{random.Next(1_000_000)},{10 + random.Next(100_000)},pos\n");
        }

        var whole = ReplayFixture.Pack(Encoding.UTF8.GetBytes(rows.ToString()));
        File.WriteAllBytes(_replay.PathOf("in.csv.gz"), whole[..(int)(whole.Length * share)]);
        Assert.Equal(1, await _replay.RunAsync(_replay.PathOf("in.csv.gz")));
        Assert.Contains("cut short", _replay.Errors, StringComparison.Ordinal);

        // A record that was cut in two is no record: its amount would be another.
        Assert.DoesNotContain("rejected", _replay.Output, StringComparison.Ordinal);
        Assert.InRange(_replay.OutputLines.Length, 20_000 * share * 0.5, 20_000);
        var last = _replay.OutputLines[^1].Split(',');
        Assert.Equal($"p{_replay.OutputLines.Length - 2}", last[0]);
        Assert.Contains($"\n{last[0]},2024-03-01 10:00:00,{last[1]},", rows.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(-4)]
    public async Task TruncatedGzip_AtItsEdges_IsSaid(int length)
    {
        var whole = ReplayFixture.Pack(Encoding.UTF8.GetBytes($"{ReplayFixture.InputHeader}\n{Good}\n"));
        File.WriteAllBytes(_replay.PathOf("in.csv.gz"), length > 0 ? whole[..length] : whole[..^-length]);
        Assert.Equal(1, await _replay.RunAsync(_replay.PathOf("in.csv.gz")));
        Assert.Contains("cut short", _replay.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileThatIsNotGzip_IsSaid()
    {
        File.WriteAllText(_replay.PathOf("in.csv.gz"), $"{ReplayFixture.InputHeader}\n{Good}\n");
        Assert.Equal(1, await _replay.RunAsync(_replay.PathOf("in.csv.gz")));
        Assert.Contains("in.csv.gz: ", _replay.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,at,customer,terminal\na,2024-03-01 00:00:00,C1,T1\n", "the header lacks the required column amount")]
    [InlineData("id,at\na,2024-03-01\n", "the header lacks the required columns customer, amount")]
    [InlineData("id,at,customer,amount,id\n", "the header names column 'id' twice")]
    public async Task WrongHeader_EndsBeforeTheFirstRow(string text, string said)
    {
        Assert.Equal(2, await _replay.RunAsync(_replay.Write("in.csv", text)));
        Assert.Equal("", _replay.Output);
        Assert.Contains("in.csv: " + said, _replay.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongUsage_IsSaidAndChangesNoFile()
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{Good}\n");
        var output = _replay.Write("out.csv", "precious");
        var usual = _replay.Options(input) with { Output = output };
        (Commands.Replay.ReplayOptions Options, string Said)[] wrong =
        [
            (usual with { Engine = "orleans" }, "--engine orleans is not in this build; it has embedded"),
            (usual with { Inputs = [_replay.PathOf("none.csv")] }, "none.csv: there is no such file"),
            (usual with { Inputs = [Path.GetTempPath()] }, "there is no such file"),
            (usual with { Shards = 0 }, "--shards 0"),
            (usual with { Pipeline = _replay.PathOf("nowhere") }, "there is no such folder"),
            (usual with { Inputs = [output] }, "is also an input"),
            (usual with { Inputs = [Path.Combine(Path.GetDirectoryName(output)!, ".", "out.csv")] }, "is also an input"),
            (usual with { Output = _replay.PathOf("other.csv"), DeadLetters = input }, "is also an input"),
        ];
        foreach (var (options, said) in wrong)
        {
            Assert.Equal(2, await _replay.RunAsync(options));
            Assert.Contains(said, _replay.Errors, StringComparison.Ordinal);
            Assert.Equal("precious", _replay.Read("out.csv"));
            Assert.Contains(Good, _replay.Read("in.csv"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OutputThatCannotBeWritten_IsSaid()
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{Good}\n");
        Assert.Equal(2, await _replay.RunAsync(_replay.Options(input) with { Output = _replay.PathOf("none/out.csv") }));
        Assert.Contains("none/out.csv", _replay.Errors, StringComparison.Ordinal);
        Assert.Equal(2, await _replay.RunAsync(_replay.Options(input) with { Output = Path.GetTempPath() }));
        Assert.NotEqual("", _replay.Errors);
    }

    [Fact]
    public async Task DamagedModel_IsSaid()
    {
        var input = _replay.Write("in.csv", $"{ReplayFixture.InputHeader}\n{Good}\n");
        File.WriteAllText(Path.Combine(_replay.Pipeline.Model.Folder, "2", "model.onnx"), "no model");
        Assert.Equal(2, await _replay.RunAsync(input));
        Assert.Equal("", _replay.Output);
        Assert.Contains(Path.Combine("2", "model.onnx"), _replay.Errors, StringComparison.Ordinal);
    }
}
