namespace Orleans.Inference.Decoding;

/// <summary>
/// Splits CSV (RFC 4180: quotes, doubled quotes, line ends inside quotes; LF or CRLF) into records of cells, in UTF-8. It looks at each byte once and
/// allocates nothing; cells stay slices of the caller's buffer, so that a record may be cut anywhere. Blank lines are skipped.
/// </summary>
public sealed class CsvRecordReader
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private Cell[] _cells = new Cell[32];
    private byte[] _unquoted = new byte[256];
    private int _unquotedLength;

    /// <summary>Cells of the record last read.</summary>
    public int CellCount { get; private set; }

    /// <summary>
    /// Reads the record at the start of <paramref name="buffer"/>. False when the buffer does not hold a whole record: give more, or say that it is the end.
    /// </summary>
    /// <param name="buffer">Bytes from the start of a record.</param>
    /// <param name="isEnd">Nothing follows: a last record needs no line end.</param>
    /// <param name="consumed">Bytes read, blank lines included, also when false is returned.</param>
    public bool TryRead(ReadOnlySpan<byte> buffer, bool isEnd, out int consumed)
    {
        consumed = 0;
        while (consumed < buffer.Length)
        {
            // A byte order mark is no part of the first cell, also where one file follows another.
            var skipped = buffer[consumed] is (byte)'\n' or (byte)'\r' ? 1 : buffer[consumed..].StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
            if (skipped == 0)
            {
                break;
            }

            consumed += skipped;
        }

        CellCount = 0;
        _unquotedLength = 0;
        var rest = buffer[consumed..];
        var start = 0;
        for (var at = 0; at < rest.Length; at++)
        {
            var value = rest[at];
            if (value == ',')
            {
                Add(new Cell(start, at - start, CellForm.Plain));
                start = at + 1;
            }
            else if (value == '\n')
            {
                Add(new Cell(start, at - start - (at > start && rest[at - 1] == '\r' ? 1 : 0), CellForm.Plain));
                consumed += at + 1;
                Offset(consumed - at - 1);
                return true;
            }
            else if (value == '"' && at == start)
            {
                if (!TryQuoted(rest, ref at, isEnd))
                {
                    return false;
                }

                if (at >= rest.Length || rest[at] == '\n')
                {
                    Offset(consumed);
                    consumed += Math.Min(rest.Length, at + 1);
                    return true;
                }

                start = at + 1;
            }
        }

        if (!isEnd || rest.IsEmpty)
        {
            return false;
        }

        Add(new Cell(start, rest.Length - start - (rest[^1] == '\r' ? 1 : 0), CellForm.Plain));
        Offset(consumed);
        consumed = buffer.Length;
        return true;
    }

    /// <summary>A cell's text; <paramref name="buffer"/> is what <see cref="TryRead"/> was given.</summary>
    public ReadOnlySpan<byte> CellAt(int cell, ReadOnlySpan<byte> buffer)
    {
        var (start, length, form) = _cells[cell];
        return form == CellForm.Unescaped ? _unquoted.AsSpan(start, length) : buffer.Slice(start, length);
    }

    /// <summary>Whether the cell is empty without quotes, which means missing; <c>""</c> is the empty text.</summary>
    public bool IsMissing(int cell) => _cells[cell] is { Length: 0, Form: CellForm.Plain };

    /// <summary>Reads a quoted cell and leaves <paramref name="at"/> on the comma or line end behind it.</summary>
    private bool TryQuoted(ReadOnlySpan<byte> rest, ref int at, bool isEnd)
    {
        var open = at + 1;
        var escaped = false;
        var close = open;
        while (true)
        {
            var quote = rest[close..].IndexOf((byte)'"');
            if (quote < 0)
            {
                // An unclosed quote swallows the rest of the input.
                close = rest.Length;
                if (!isEnd)
                {
                    return false;
                }

                break;
            }

            close += quote;
            if (close + 1 >= rest.Length && !isEnd)
            {
                return false;
            }

            if (close + 1 >= rest.Length || rest[close + 1] != '"')
            {
                break;
            }

            escaped = true;
            close += 2;
        }

        // What stands between the closing quote and the separator belongs to no cell.
        var next = Math.Min(rest.Length, close + 1);
        while (next < rest.Length && rest[next] is not ((byte)',' or (byte)'\n'))
        {
            next++;
        }

        if (next >= rest.Length && !isEnd)
        {
            return false;
        }

        Add(escaped ? Unescape(rest[open..close]) : new Cell(open, close - open, CellForm.Quoted));
        at = next;
        if (next < rest.Length && rest[next] == ',' && next + 1 >= rest.Length && isEnd)
        {
            Add(new Cell(next + 1, 0, CellForm.Plain));
            at = rest.Length;
        }

        return true;
    }

    private Cell Unescape(ReadOnlySpan<byte> text)
    {
        if (_unquotedLength + text.Length > _unquoted.Length)
        {
            Array.Resize(ref _unquoted, Math.Max(_unquotedLength + text.Length, _unquoted.Length * 2));
        }

        var start = _unquotedLength;
        for (var i = 0; i < text.Length; i++)
        {
            _unquoted[_unquotedLength++] = text[i];
            i += text[i] == '"' ? 1 : 0;
        }

        return new Cell(start, _unquotedLength - start, CellForm.Unescaped);
    }

    private void Add(Cell cell)
    {
        if (CellCount == _cells.Length)
        {
            Array.Resize(ref _cells, CellCount * 2);
        }

        _cells[CellCount++] = cell;
    }

    private void Offset(int by)
    {
        if (by == 0)
        {
            return;
        }

        foreach (ref var cell in _cells.AsSpan(0, CellCount))
        {
            if (cell.Form != CellForm.Unescaped)
            {
                cell = cell with { Start = cell.Start + by };
            }
        }
    }

    private enum CellForm : byte
    {
        Plain,
        Quoted,
        Unescaped,
    }

    private readonly record struct Cell(int Start, int Length, CellForm Form);
}
