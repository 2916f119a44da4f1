using System.Text;

namespace Orleans.Inference.Decoding;

public sealed class CsvRecordReaderTests
{
    [Theory]
    [InlineData("a,b\nc,d\n", "a|b;c|d")]
    [InlineData("a,b\r\nc,d\r\n", "a|b;c|d")]
    [InlineData("a,b\nc,d", "a|b;c|d")]
    [InlineData("a,b\r", "a|b")]
    [InlineData("a,", "a|∅")]
    [InlineData(",", "∅|∅")]
    [InlineData(",\n", "∅|∅")]
    [InlineData("\"\",", "|∅")]
    [InlineData("a,\"\"\n", "a|")]
    [InlineData("a,,b\n", "a|∅|b")]
    [InlineData("\n\r\n\na\n\n\nb\n\n", "a;b")]
    [InlineData("\"a,b\",c\n", "a,b|c")]
    [InlineData("\"a\"\"b\",\"\"\"\"\n", "a\"b|\"")]
    [InlineData("\"a\nb\",c\r\nd,e\n", "a\nb|c;d|e")]
    [InlineData("\"a\r\nb\"\r\n\"c\"", "a\r\nb;c")]
    [InlineData("\"a\"\"\"\"b\"\"\",\"c\"\"d\"\n", "a\"\"b\"|c\"d")]
    [InlineData("a\"b,c\n", "a\"b|c")]
    [InlineData(" \"a\" ,b\n", " \"a\" |b")]
    [InlineData("\"never closed,b\nc", "never closed,b\nc")]
    [InlineData("\uFEFFa,b\n\uFEFFc\n", "a|b;c")]
    [InlineData("\uFEFF\"a,b\"\n", "a,b")]
    [InlineData("\uFEFF\n\n", "")]
    [InlineData("", "")]
    [InlineData("\r\n", "")]
    [InlineData("é,€,😀\n", "é|€|😀")]
    public void TryRead_OfAnyForm_GivesItsCells(string csv, string expected) =>
        Assert.Equal(expected, string.Join(';', ReadAll(Encoding.UTF8.GetBytes(csv))));

    [Theory]
    [InlineData("id,name\r\n1,\"a \"\"quoted\"\" one\"\r\n\r\n2,\"two\r\nlines\"\r\n3,\r\n,\"\"\r\n4,last")]
    [InlineData("\uFEFFid,\"é\"\n\n\"\",€\n")]
    public void TryRead_OfAStreamCutAtEveryByte_GivesTheSameRecords(string csv)
    {
        var bytes = Encoding.UTF8.GetBytes(csv);
        var whole = ReadAll(bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(whole, ReadInPieces(bytes, cut, bytes.Length));
        }

        for (var step = 1; step <= 5; step++)
        {
            Assert.Equal(whole, ReadInPieces(bytes, 0, step));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TryRead_OfAnyText_AgreesWithASimpleReader(int seed)
    {
        var random = new Random(seed);
        const string Alphabet = "ab,,\"\"\r\n\né";
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder();
            for (var i = random.Next(24); i > 0; i--)
            {
                text.Append(Alphabet[random.Next(Alphabet.Length)]);
            }

            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            var expected = SimpleRead(text.ToString());
            var what = $"seed {seed}, round {round}: {text.ToString().Replace("\r", "\\r").Replace("\n", "\\n")}";
            Assert.True(expected.SequenceEqual(ReadAll(bytes)), what);
            Assert.True(expected.SequenceEqual(ReadInPieces(bytes, 0, 1)), $"{what} byte by byte");
        }
    }

    [Fact]
    public void TryRead_OfManyLongCells_GivesThemAll()
    {
        var cells = Enumerable.Range(0, 200).Select(i => new string('"', i) + new string('x', i * 10)).ToArray();
        var csv = string.Join(',', cells.Select(cell => $"\"{cell.Replace("\"", "\"\"")}\"")) + "\n";
        Assert.Equal(string.Join('|', cells), Assert.Single(ReadAll(Encoding.UTF8.GetBytes(csv))));
    }

    private static List<string> ReadAll(byte[] bytes) => ReadInPieces(bytes, bytes.Length, 1);

    /// <summary>Gives the reader the first bytes at once and the rest in steps, as a file comes.</summary>
    private static List<string> ReadInPieces(byte[] bytes, int first, int step)
    {
        var reader = new CsvRecordReader();
        var records = new List<string>();
        var start = 0;
        var end = first;
        while (true)
        {
            var buffer = bytes.AsSpan(start, end - start);
            var read = reader.TryRead(buffer, end == bytes.Length, out var consumed);
            if (read)
            {
                records.Add(Show(reader, buffer));
            }

            start += consumed;
            if (!read && end == bytes.Length)
            {
                return records;
            }

            end = read ? end : Math.Min(bytes.Length, end + step);
        }
    }

    private static string Show(CsvRecordReader reader, ReadOnlySpan<byte> buffer)
    {
        var cells = new string[reader.CellCount];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = reader.IsMissing(i) ? "∅" : Encoding.UTF8.GetString(reader.CellAt(i, buffer));
        }

        return string.Join('|', cells);
    }

    /// <summary>One character at a time. What stands between a closing quote and the next separator belongs to no cell.</summary>
    private static List<string> SimpleRead(string text)
    {
        var records = new List<string>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && text[at] is '\r' or '\n')
            {
                at++;
            }

            if (at == text.Length)
            {
                return records;
            }

            var cells = new List<string>();
            var more = true;
            while (more)
            {
                cells.Add(SimpleCell(text, ref at));
                more = at < text.Length && text[at] == ',';
                at++;
            }

            records.Add(string.Join('|', cells));
            at = Math.Min(at, text.Length);
        }
    }

    private static string SimpleCell(string text, ref int at)
    {
        var cell = new StringBuilder();
        if (at < text.Length && text[at] == '"')
        {
            for (at++; at < text.Length; at++)
            {
                if (text[at] == '"')
                {
                    if (at + 1 >= text.Length || text[at + 1] != '"')
                    {
                        break;
                    }

                    at++;
                }

                cell.Append(text[at]);
            }

            while (at < text.Length && text[at] is not (',' or '\n'))
            {
                at++;
            }

            return cell.ToString();
        }

        while (at < text.Length && text[at] is not (',' or '\n'))
        {
            cell.Append(text[at++]);
        }

        // A carriage return belongs to the line end, also where the line feed of the last line is cut off.
        var endsLine = at == text.Length || text[at] == '\n';
        var plain = endsLine && cell.Length > 0 && cell[^1] == '\r' ? cell.ToString(0, cell.Length - 1) : cell.ToString();
        return plain.Length == 0 ? "∅" : plain;
    }
}
