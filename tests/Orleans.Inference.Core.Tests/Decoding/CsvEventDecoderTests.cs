using System.Text;
using Orleans.Inference.Events;

namespace Orleans.Inference.Decoding;

public sealed class CsvEventDecoderTests
{
    [Fact]
    public void Decode_OfAValidRow_GivesWhatJsonGives()
    {
        var csv = DecodingPipeline.DecodeCsv($"{DecodingPipeline.CsvHeader}\n{DecodingPipeline.ValidCsv}\n");
        var json = DecodingPipeline.DecodeJson(DecodingPipeline.ValidJson);
        Assert.Equal("accepted", DecodingPipeline.FaultOf(csv));
        Assert.Equal(json.EventTimes[0], csv.EventTimes[0]);
        Assert.Equal(DecodingPipeline.KeyOf(json), DecodingPipeline.KeyOf(csv));
        Assert.Equal(DecodingPipeline.KeyOf(json, 1), DecodingPipeline.KeyOf(csv, 1));
        for (var field = 0; field < json.Columns.Count; field++)
        {
            Assert.Equal(json.Columns[field].NumberAt(0), csv.Columns[field].NumberAt(0));
            if (csv.Columns[field].Texts.Length > 0)
            {
                Assert.Equal(DecodingPipeline.TextOf(json, field), DecodingPipeline.TextOf(csv, field));
            }
        }
    }

    [Theory]
    [InlineData("id", "", "id: Missing")]
    [InlineData("id", "\"\"", "accepted")]
    [InlineData("time", "", "time: Missing")]
    [InlineData("time", "2026-01-01 00:00", "accepted")]
    [InlineData("time", "\"2026-01-01T00:00:00Z\"", "accepted")]
    [InlineData("time", "2026-01-01\000:00", "time: WrongType")]
    [InlineData("customer", "", "customer: Missing")]
    [InlineData("customer", "\"\"", "accepted")]
    [InlineData("position", "", "accepted")]
    [InlineData("position", "\"\"", "position: WrongType")]
    [InlineData("position", "1.5", "position: NotWhole")]
    [InlineData("position", "3000000000", "position: OutOfRange")]
    [InlineData("position", "1x", "position: WrongType")]
    [InlineData("position", "nan", "position: NotFinite")]
    [InlineData("amount", "NaN", "amount: NotFinite")]
    [InlineData("amount", "Infinity", "amount: NotFinite")]
    [InlineData("amount", "-Infinity", "amount: NotFinite")]
    [InlineData("amount", "1e400", "amount: NotFinite")]
    [InlineData("amount", "-0.5", "amount: BelowMinimum")]
    [InlineData("amount", "1000001", "amount: AboveMaximum")]
    [InlineData("amount", "\"12.5\"", "accepted")]
    [InlineData("amount", " 12.5", "amount: WrongType")]
    [InlineData("amount", "\"1,000\"", "amount: WrongType")]
    [InlineData("amount", "0x10", "amount: WrongType")]
    [InlineData("amount", ".5", "accepted")]
    [InlineData("amount", "5.", "accepted")]
    [InlineData("amount", "+5", "accepted")]
    [InlineData("amount", "-", "amount: WrongType")]
    [InlineData("amount", ".", "amount: WrongType")]
    [InlineData("ratio", "-1e39", "ratio: NotFinite")]
    [InlineData("channel", "", "accepted")]
    [InlineData("channel", "\"\"", "channel: NotInEnum")]
    [InlineData("channel", "POS", "channel: NotInEnum")]
    [InlineData("code", "B", "code: PatternMismatch")]
    [InlineData("online", "1", "accepted")]
    [InlineData("online", "0", "accepted")]
    [InlineData("online", "TRUE", "online: WrongType")]
    [InlineData("online", "yes", "online: WrongType")]
    [InlineData("at", "0.5", "accepted")]
    [InlineData("at", "2026-01-01T00:00:00Z", "at: WrongType")]
    [InlineData("at", "NaN", "at: WrongType")]
    [InlineData("fraud", "", "accepted")]
    [InlineData("rank", "0", "rank: NotInEnum")]
    public void Decode_OfOneFieldsCell_IsAcceptedOrNamesFieldAndReason(string field, string cell, string expected)
    {
        var names = DecodingPipeline.CsvHeader.Split(',');
        var cells = DecodingPipeline.ValidCsv.Split(',');
        cells[Array.IndexOf(names, field)] = cell;
        Assert.Equal(expected, DecodingPipeline.FaultOf(DecodingPipeline.DecodeCsv($"{DecodingPipeline.CsvHeader}\n{string.Join(',', cells)}\n")));
    }

    [Fact]
    public void Decode_OfRowsWithTooFewOrTooManyCells_RejectsThemAndKeepsWhatCouldBeRead()
    {
        var cut = DecodingPipeline.ValidCsv[..DecodingPipeline.ValidCsv.LastIndexOf(',')];
        var batch = DecodingPipeline.DecodeCsv($"{DecodingPipeline.CsvHeader}\n{cut}\n{DecodingPipeline.ValidCsv},1\nt-3\n{DecodingPipeline.ValidCsv}\n");
        Assert.Equal(["TooFewCells", "TooManyCells", "TooFewCells", "accepted"], Enumerable.Range(0, 4).Select(row => DecodingPipeline.FaultOf(batch, row)));
        Assert.Equal("t-1"u8, batch.EventIdOf(0));
        Assert.Equal("C42", DecodingPipeline.KeyOf(batch, 0, 1));
        Assert.Equal("t-3"u8, batch.EventIdOf(2));
    }

    [Fact]
    public void Decode_OfColumnsInAnotherOrderAndUnknownOnes_GoesByName()
    {
        var batch = DecodingPipeline.DecodeCsv("extra,online,count,amount,customer,time,id\n?,true,1,2,C1,2026-01-01T00:00:00Z,t-9\n");
        Assert.Equal("accepted", DecodingPipeline.FaultOf(batch));
        Assert.Equal("t-9"u8, batch.EventIdOf(0));
        Assert.Equal("pos", DecodingPipeline.TextOf(batch, 7));
    }

    [Fact]
    public void Decode_WithAByteOrderMarkAndQuotedNames_FindsTheFirstColumn()
    {
        var batch = DecodingPipeline.DecodeCsv($"\uFEFF\"id\"{DecodingPipeline.CsvHeader[2..]}\r\n{DecodingPipeline.ValidCsv}\r\n");
        Assert.Equal("accepted", DecodingPipeline.FaultOf(batch));
    }

    [Fact]
    public void Decode_OfTooLargeARecord_RejectsIt()
    {
        var batch = DecodingPipeline.DecodeCsv($"{DecodingPipeline.CsvHeader},x\n{DecodingPipeline.ValidCsv},{new string('x', JsonEventDecoder.MaxRecordLength)}\n");
        Assert.Equal("RecordTooLarge", DecodingPipeline.FaultOf(batch));
    }

    [Fact]
    public void Decode_OfInvalidUtf8InATextField_RejectsThatField()
    {
        var bytes = Encoding.UTF8.GetBytes($"{DecodingPipeline.CsvHeader}\n{DecodingPipeline.ValidCsv}\n");
        bytes[bytes.AsSpan().IndexOf("C42"u8)] = 0xFF;
        var reader = new CsvRecordReader();
        Assert.True(reader.TryRead(bytes, isEnd: true, out var header));
        var decoder = CsvEventDecoder.TryCreate(DecodingPipeline.Model, reader, bytes, out _);
        Assert.True(reader.TryRead(bytes.AsSpan(header), isEnd: true, out var length));
        var batch = new EventBatch(DecodingPipeline.Model, 1);
        decoder!.Decode(batch, reader, bytes.AsSpan(header), length, default, 0);
        Assert.Equal("customer: InvalidUtf8", DecodingPipeline.FaultOf(batch));
    }

    [Theory]
    [InlineData("id,time,customer,count,online", "the header lacks the required column amount; it has id, time, customer, count, online")]
    [InlineData("id,time", "the header lacks the required columns customer, amount, count, online; it has id, time")]
    [InlineData("id,time,id", "the header names column 'id' twice")]
    public void TryCreate_OfAWrongHeader_SaysWhatIsWrong(string header, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(header);
        var reader = new CsvRecordReader();
        Assert.True(reader.TryRead(bytes, isEnd: true, out _));
        Assert.Null(CsvEventDecoder.TryCreate(DecodingPipeline.Model, reader, bytes, out var problem));
        Assert.Equal(expected, problem);
    }
}
