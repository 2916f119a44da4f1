using System.Text;
using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Commands.Replay;

/// <summary>
/// The input of a replay: cuts files into records, decodes them into batches, judges late ones by the one clock that all files share, and submits. One thread.
/// </summary>
internal sealed class ReplayFeed(PipelineModel pipeline, IReplayEngine engine, FaultReport faults, ReplayProgress progress, long limit)
{
    private const int MaxBuffer = 64 * 1024 * 1024;

    private readonly JsonEventDecoder _json = new(pipeline);
    private readonly CsvRecordReader _csv = new();
    private byte[] _buffer = new byte[1024 * 1024];
    private InputClock _clock = new(pipeline.Source.Lateness.Ticks);
    private EventBatch? _batch;
    private long _records;

    /// <summary>The limit has been reached.</summary>
    public bool IsFull => _records >= limit;

    /// <summary>Reads a file to its end; what is wrong with it, or null.</summary>
    /// <exception cref="CommandException">The header lacks a required column.</exception>
    public string? Read(string file, Stream input, CancellationToken cancellationToken)
    {
        CsvEventDecoder? csv = null;
        bool? isJson = ReplayFiles.IsJson(file) ? true : ReplayFiles.IsCsv(file) ? false : null;
        var start = 0;
        var end = 0;
        var isEnd = false;
        var isBegun = false;
        string? cut = null;
        while (!IsFull)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SkipByteOrderMark(ref start, end, isEnd, ref isBegun);
            var buffer = isBegun ? _buffer.AsSpan(start, end - start) : [];
            isJson ??= buffer.IsEmpty ? null : LooksLikeJson(buffer);
            if (isJson is { } json)
            {
                start += json ? ReadJson(buffer, isEnd) : ReadCsv(file, buffer, isEnd, ref csv);
            }

            if (isEnd)
            {
                break;
            }

            MakeRoom(ref start, ref end);
            cut = Fill(file, input, ref end, ref isEnd);
            if (cut is not null)
            {
                // What is left was cut in two: as a record it would say something else.
                break;
            }
        }

        Submit();
        return cut;
    }

    private void SkipByteOrderMark(ref int start, int end, bool isEnd, ref bool isBegun)
    {
        var mark = Encoding.UTF8.Preamble;
        if (!isBegun && (isEnd || end - start >= mark.Length))
        {
            isBegun = true;
            start += _buffer.AsSpan(start, end - start).StartsWith(mark) ? mark.Length : 0;
        }
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> buffer) => buffer.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    private string? Fill(string file, Stream input, ref int end, ref bool isEnd)
    {
        try
        {
            var read = input.Read(_buffer, end, _buffer.Length - end);
            end += read;
            isEnd = read == 0;
            return null;
        }
        catch (InvalidDataException)
        {
            isEnd = true;
            return $"{file}: the compressed data is cut short or damaged; what could be read has been processed";
        }
    }

    /// <summary>Moves what is left to the front, and doubles the buffer when a record fills it.</summary>
    private void MakeRoom(ref int start, ref int end)
    {
        if (start > 0)
        {
            _buffer.AsSpan(start, end - start).CopyTo(_buffer);
            (start, end) = (0, end - start);
        }

        if (end == _buffer.Length)
        {
            if (_buffer.Length >= MaxBuffer)
            {
                throw new CommandException(ExitCode.Usage, $"record {_records + 1} is longer than {MaxBuffer / 1024 / 1024} MB: is this CSV or NDJSON?");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    /// <summary>Reads whole lines and returns the bytes read.</summary>
    private int ReadJson(ReadOnlySpan<byte> buffer, bool isEnd)
    {
        var at = 0;
        while (at < buffer.Length && !IsFull)
        {
            var length = buffer[at..].IndexOf((byte)'\n');
            if (length < 0 && !isEnd)
            {
                break;
            }

            var line = length < 0 ? buffer[at..] : buffer.Slice(at, length);
            at += line.Length + (length < 0 ? 0 : 1);
            var record = line.TrimEnd((byte)'\r');
            if (!record.IsEmpty)
            {
                var batch = Next();
                _json.Decode(batch, record, new PartitionOffset(0, _records++), 0);
                Judge(batch, record);
            }
        }

        return at;
    }

    private int ReadCsv(string file, ReadOnlySpan<byte> buffer, bool isEnd, ref CsvEventDecoder? decoder)
    {
        var at = 0;
        while (!IsFull && _csv.TryRead(buffer[at..], isEnd, out var consumed))
        {
            if (decoder is null)
            {
                decoder = CsvEventDecoder.TryCreate(pipeline, _csv, buffer[at..], out var problem);
                if (problem is not null)
                {
                    throw new CommandException(ExitCode.Usage, $"{file}: {problem}");
                }
            }
            else
            {
                var batch = Next();
                decoder.Decode(batch, _csv, buffer[at..], consumed, new PartitionOffset(0, _records++), 0);
                Judge(batch, buffer.Slice(at, consumed));
            }

            at += consumed;
        }

        return at;
    }

    private EventBatch Next()
    {
        if (_batch is { } full && full.Count == full.Capacity)
        {
            Submit();
        }

        if (_batch is null)
        {
            _batch = engine.Rent();
            _batch.FirstSequence = _records;
            _batch.SourceTopic = pipeline.Source.Topic;

            // As of the batch's start: its own rows may be as old as that.
            _batch.Horizon = _clock.Limit;
        }

        return _batch;
    }

    private void Judge(EventBatch batch, ReadOnlySpan<byte> record)
    {
        var row = batch.Count - 1;
        if (batch.Outcomes[row] == Outcome.Scored && !_clock.TryAccept(batch.EventTimes[row]))
        {
            batch.Outcomes[row] = Outcome.Late;
        }

        if (!batch.IsAccepted(row))
        {
            faults.Add(batch, row, record);
        }
    }

    private void Submit()
    {
        if (_batch is { Count: > 0 } batch)
        {
            engine.Submit(batch);
            progress.Report(_records);
            _batch = null;
        }
    }
}
