using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Fields;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Decoding;

public sealed class JsonEventDecoderTests
{
    [Fact]
    public void Decode_OfAValidRecord_FillsEveryColumn()
    {
        var batch = DecodingPipeline.DecodeJson(DecodingPipeline.ValidJson);
        Assert.Equal("accepted", DecodingPipeline.FaultOf(batch));
        Assert.Equal(Outcome.Scored, batch.Outcomes[0]);
        Assert.Equal("t-1"u8, batch.EventIdOf(0));
        Assert.Equal(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks, batch.EventTimes[0]);
        Assert.Equal((new PartitionOffset(3, 1234), 99L), (batch.Sources[0], batch.Timestamps[0]));
        Assert.Equal("C42", DecodingPipeline.KeyOf(batch));
        Assert.Equal("BE\u001F3", DecodingPipeline.KeyOf(batch, 1));
        Assert.Equal(XxHash64.Hash("C42"u8), batch.Keys[0].Hashes[0]);
        Assert.Equal([3, 12.5, 0.1f, 7], new[] { 3, 4, 5, 6 }.Select(field => batch.Columns[field].NumberAt(0)));
        Assert.Equal("online", DecodingPipeline.TextOf(batch, 7));
        Assert.Equal([1, 0, 2], new[] { 9, 11, 12 }.Select(field => batch.Columns[field].NumberAt(0)));
        Assert.Equal(batch.EventTimes[0], batch.Columns[10].Integers[0]);
    }

    [Theory]
    [InlineData("", "InvalidJson")]
    [InlineData("{", "InvalidJson")]
    [InlineData("{}{}", "InvalidJson")]
    [InlineData("{} x", "InvalidJson")]
    [InlineData("{'id':1}", "InvalidJson")]
    [InlineData("""{"id":"t-1",}""", "InvalidJson")]
    [InlineData("""{"amount":NaN}""", "InvalidJson")]
    [InlineData("""{"amount":Infinity}""", "InvalidJson")]
    [InlineData("""{"amount":01}""", "InvalidJson")]
    [InlineData("""{"amount":+1}""", "InvalidJson")]
    [InlineData("""{"id":"a""", "InvalidJson")]
    [InlineData("[1,", "InvalidJson")]
    [InlineData("// c\n{}", "InvalidJson")]
    [InlineData("[]", "NotAnObject")]
    [InlineData("[{}]", "NotAnObject")]
    [InlineData("null", "NotAnObject")]
    [InlineData("12", "NotAnObject")]
    [InlineData("\"text\"", "NotAnObject")]
    public void Decode_OfWhatIsNoObject_RejectsTheRecord(string json, string expected) =>
        Assert.Equal(expected, DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson(json)));

    [Theory]
    [InlineData("id", "null", "id: Missing")]
    [InlineData("id", "5", "id: WrongType")]
    [InlineData("id", "\"\"", "accepted")]
    [InlineData("id", "\"\\ud800\"", "id: InvalidUtf8")]
    [InlineData("id", "\"\\ud83d\\ude00\"", "accepted")]
    [InlineData("time", "\"2026-01-01\"", "time: WrongType")]
    [InlineData("time", "\"yesterday\"", "time: WrongType")]
    [InlineData("time", "1767225600", "time: WrongType")]
    [InlineData("time", "\"1969-12-31T23:59:59.9999999Z\"", "time: OutOfRange")]
    [InlineData("time", "\"2200-01-01T00:00:00Z\"", "time: OutOfRange")]
    [InlineData("time", "\"2026-01-01T02:00:00\\u002B02:00\"", "accepted")]
    [InlineData("time", "\"2026-01-01\\u000000:00\"", "time: WrongType")]
    [InlineData("time", "\"\\ud800\"", "time: InvalidUtf8")]
    [InlineData("customer", "null", "customer: Missing")]
    [InlineData("customer", "true", "customer: WrongType")]
    [InlineData("customer", "\"\"", "accepted")]
    [InlineData("position", "null", "accepted")]
    [InlineData("position", "1.5", "position: NotWhole")]
    [InlineData("position", "1.0", "accepted")]
    [InlineData("position", "2e2", "accepted")]
    [InlineData("position", "2147483647", "accepted")]
    [InlineData("position", "2147483648", "position: OutOfRange")]
    [InlineData("position", "-2147483649", "position: OutOfRange")]
    [InlineData("position", "\"3\"", "position: WrongType")]
    [InlineData("position", "1e400", "position: NotFinite")]
    [InlineData("position", "1e99999999999", "position: NotFinite")]
    [InlineData("amount", "0", "accepted")]
    [InlineData("amount", "-0", "accepted")]
    [InlineData("amount", "-0.01", "amount: BelowMinimum")]
    [InlineData("amount", "1e6", "accepted")]
    [InlineData("amount", "1000000.0001", "amount: AboveMaximum")]
    [InlineData("amount", "1e400", "amount: NotFinite")]
    [InlineData("amount", "-1e400", "amount: NotFinite")]
    [InlineData("amount", "1e99999999999", "amount: NotFinite")]
    [InlineData("amount", "1e-99999999999", "accepted")]
    [InlineData("amount", "null", "amount: Missing")]
    [InlineData("amount", "\"1\"", "amount: WrongType")]
    [InlineData("amount", "true", "amount: WrongType")]
    [InlineData("amount", "[1]", "amount: WrongType")]
    [InlineData("amount", "{\"amount\":1}", "amount: WrongType")]
    [InlineData("ratio", "1e39", "ratio: NotFinite")]
    [InlineData("ratio", "3.4028235e38", "accepted")]
    [InlineData("count", "9223372036854775807", "accepted")]
    [InlineData("count", "9223372036854775808", "count: OutOfRange")]
    [InlineData("count", "12345678901234567890", "count: OutOfRange")]
    [InlineData("count", "-1001", "count: BelowMinimum")]
    [InlineData("count", "0.5", "count: NotWhole")]
    [InlineData("channel", "null", "accepted")]
    [InlineData("channel", "\"fax\"", "channel: NotInEnum")]
    [InlineData("channel", "\"\"", "channel: NotInEnum")]
    [InlineData("channel", "\"\\u0070os\"", "accepted")]
    [InlineData("code", "\"be\"", "code: PatternMismatch")]
    [InlineData("code", "\"\\u0042E\"", "accepted")]
    [InlineData("online", "1", "accepted")]
    [InlineData("online", "0", "accepted")]
    [InlineData("online", "2", "online: WrongType")]
    [InlineData("online", "1.0", "online: WrongType")]
    [InlineData("online", "\"true\"", "online: WrongType")]
    [InlineData("online", "null", "online: Missing")]
    [InlineData("at", "-1", "at: OutOfRange")]
    [InlineData("at", "0", "accepted")]
    [InlineData("at", "7258118399999.9999", "accepted")]
    [InlineData("at", "7258118400000", "at: OutOfRange")]
    [InlineData("at", "9223372036854775807", "at: OutOfRange")]
    [InlineData("at", "1e400", "at: OutOfRange")]
    [InlineData("at", "\"2026-01-01T00:00:00Z\"", "at: WrongType")]
    [InlineData("fraud", "null", "accepted")]
    [InlineData("fraud", "\"no\"", "fraud: WrongType")]
    [InlineData("rank", "3", "accepted")]
    [InlineData("rank", "4", "rank: NotInEnum")]
    public void Decode_OfOneFieldsValue_IsAcceptedOrNamesFieldAndReason(string field, string value, string expected)
    {
        var batch = DecodingPipeline.DecodeJson(With(field, value));
        Assert.Equal(expected, DecodingPipeline.FaultOf(batch));
        Assert.Equal(expected == "accepted" ? Outcome.Scored : Outcome.Rejected, batch.Outcomes[0]);
    }

    [Theory]
    [InlineData(1024, "accepted")]
    [InlineData(1025, "customer: KeyTooLong")]
    [InlineData(1_000_000, "customer: KeyTooLong")]
    public void Decode_OfALongKey_IsAcceptedUpToOneKilobyte(int length, string expected) =>
        Assert.Equal(expected, DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson(With("customer", $"\"{new string('x', length)}\""))));

    [Theory]
    [InlineData(0, "accepted")]
    [InlineData(1, "RecordTooLarge")]
    [InlineData(10 * 1024 * 1024, "RecordTooLarge")]
    public void Decode_OfALargeRecord_IsAcceptedUpToOneMegabyte(int beyond, string expected) =>
        Assert.Equal(expected, DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson(
            DecodingPipeline.ValidJson + new string(' ', JsonEventDecoder.MaxRecordLength - DecodingPipeline.ValidJson.Length + beyond))));

    [Theory]
    [InlineData(62, "accepted")]
    [InlineData(63, "accepted")]
    [InlineData(64, "InvalidJson")]
    [InlineData(100_000, "InvalidJson")]
    public void Decode_OfDeepNesting_IsBounded(int depth, string expected) =>
        Assert.Equal(expected, DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson(
            $"{{\"deep\":{new string('[', depth)}{new string(']', depth)},{DecodingPipeline.ValidJson[1..]}")));

    [Fact]
    public void Decode_OfInvalidUtf8_RejectsTheRecord()
    {
        var bytes = Encoding.UTF8.GetBytes(DecodingPipeline.ValidJson);
        bytes[8] = 0xFF;
        Assert.Equal("InvalidUtf8", DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson(bytes)));
    }

    [Fact]
    public void Decode_WithSeveralFaults_NamesTheFirstInSchemaOrder()
    {
        // In the record: rank, then amount, then a missing customer; in the schema customer comes first.
        var json = """{"rank":9,"amount":-1,"id":"t-1","time":"2026-01-01T00:00:00Z","count":1,"online":true}""";
        Assert.Equal("customer: Missing", DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson(json)));
        Assert.Equal("id: Missing", DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson("{}")));
        Assert.Equal("amount: BelowMinimum", DecodingPipeline.FaultOf(DecodingPipeline.DecodeJson("""{"customer":"C1",""" + json[1..])));
    }

    [Theory]
    [InlineData("""{"amount":-1,""", ""","amount":5}""", "accepted")]
    [InlineData("""{"amount":5,""", ""","amount":-1}""", "amount: BelowMinimum")]
    [InlineData("""{"amount":5,""", ""","amount":null}""", "amount: Missing")]
    [InlineData("""{"amount":"x",""", ""","\u0061mount":5}""", "accepted")]
    [InlineData("""{"rank":"x",""", ""","amount":5,"rank":null}""", "accepted")]
    public void Decode_OfAMemberThatComesTwice_CountsTheLast(string before, string after, string expected)
    {
        var middle = """ "id":"t-1","time":"2026-01-01T00:00:00Z","customer":"C1","count":1,"online":true """;
        var batch = DecodingPipeline.DecodeJson(before + middle + after);
        Assert.Equal(expected, DecodingPipeline.FaultOf(batch));
        Assert.Equal(expected == "accepted" ? 5 : double.NaN, batch.Columns[4].NumberAt(0));
    }

    [Fact]
    public void Decode_OfUnknownMembers_IgnoresThem()
    {
        var json = """{"x":{"id":"no","a":[1,{"id":2}]},"amount2":"?","amount\ud800":1,"\ud800":2,""" + DecodingPipeline.ValidJson[1..];
        var batch = DecodingPipeline.DecodeJson(json);
        Assert.Equal("accepted", DecodingPipeline.FaultOf(batch));
        Assert.Equal("t-1"u8, batch.EventIdOf(0));
    }

    [Fact]
    public void Decode_AfterAFullRow_LeavesNothingOfItInTheNext()
    {
        var batch = new EventBatch(DecodingPipeline.Model, 2);
        var decoder = new JsonEventDecoder(DecodingPipeline.Model);
        for (var round = 0; round < 2; round++)
        {
            // The second round finds the first one's values in the arrays.
            batch.Clear();
            var json = round == 0 ? DecodingPipeline.ValidJson : """{"amount":"bad","code":"bad","at":"bad","id":7}""";
            decoder.Decode(batch, Encoding.UTF8.GetBytes(json), default, 0);
        }

        Assert.Equal("id: WrongType", DecodingPipeline.FaultOf(batch));
        Assert.Equal(0, batch.EventTimes[0]);
        Assert.True(batch.EventIdOf(0).IsEmpty && batch.KeyOf(0, 0).IsEmpty && batch.KeyOf(1, 0).IsEmpty);
        foreach (var column in batch.Columns.Where(column => column.Field.Name != "channel"))
        {
            Assert.True(column.Missing[0], column.Field.Name);
            Assert.Equal(0, column.Numbers.Length > 0 ? column.Numbers[0] : 0);
            Assert.Equal(0, column.Integers.Length > 0 ? column.Integers[0] : 0);
            Assert.Equal(default, column.Texts.Length > 0 ? column.Texts[0] : default);
        }

        Assert.Equal("pos", DecodingPipeline.TextOf(batch, 7));
    }

    [Fact]
    public void Decode_OfARejectedRecord_KeepsWhatCouldBeRead()
    {
        var batch = DecodingPipeline.DecodeJson(With("amount", "-1"));
        Assert.Equal("t-1"u8, batch.EventIdOf(0));
        Assert.Equal("C42", DecodingPipeline.KeyOf(batch));
        Assert.NotEqual(0, batch.EventTimes[0]);
    }

    [Theory]
    [InlineData(FieldType.String, "\"C42\"", "C42")]
    [InlineData(FieldType.String, "\"caf\\u00e9 \\n\"", "café \n")]
    [InlineData(FieldType.Int, "7", "7")]
    [InlineData(FieldType.Int, "7.0", "7")]
    [InlineData(FieldType.Long, "-9007199254740993", "-9007199254740993")]
    [InlineData(FieldType.Double, "12.50", "12.5")]
    [InlineData(FieldType.Double, "1e300", "1E+300")]
    [InlineData(FieldType.Float, "0.1", "0.1")]
    [InlineData(FieldType.Bool, "1", "true")]
    [InlineData(FieldType.Bool, "false", "false")]
    [InlineData(FieldType.Timestamp, "\"2026-01-01 01:00+01:00\"", "2026-01-01T00:00:00Z")]
    [InlineData(FieldType.String, "null", "none")]
    public void Decode_OfAKeyOfAnyType_IsTheParsedValuesText(FieldType type, string value, string expected)
    {
        var json = $$"""{"id":"t","time":"2026-01-01T00:00:00Z","key":{{value}}}""";
        var batch = DecodingPipeline.DecodeJson(json, DecodingPipeline.KeyedBy(type));
        Assert.Equal(expected, DecodingPipeline.KeyOf(batch));
        Assert.Equal(expected == "none" ? "key: Missing" : "accepted", DecodingPipeline.FaultOf(batch));
    }

    [Theory]
    [InlineData("3", "\"BE\"", "BE\u001F3")]
    [InlineData("-12", "\"BE\"", "BE\u001F-12")]
    [InlineData("null", "\"BE\"", "none")]
    [InlineData("3", "null", "none")]
    public void Decode_OfACompositeKey_JoinsItsParts(string position, string code, string expected)
    {
        var json = DecodingPipeline.ValidJson.Replace("\"position\":3", $"\"position\":{position}").Replace("\"code\":\"BE\"", $"\"code\":{code}");
        var batch = DecodingPipeline.DecodeJson(json);
        Assert.Equal("accepted", DecodingPipeline.FaultOf(batch));
        Assert.Equal(expected, DecodingPipeline.KeyOf(batch, 1));
    }

    /// <summary>The valid record with one field's value replaced.</summary>
    private static string With(string field, string value) =>
        System.Text.RegularExpressions.Regex.Replace(
            DecodingPipeline.ValidJson, $"\"{field}\":(\"[^\"]*\"|[^,}}]*)", _ => $"\"{field}\":{value}");
}
