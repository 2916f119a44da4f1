using System.Buffers;
using System.IO.Compression;

namespace Orleans.Inference.Commands.Simulation;

/// <summary>Writes payments to a stream, as CSV or NDJSON, compressed or not. Used by one caller at a time.</summary>
internal sealed class PaymentOutput : IAsyncDisposable
{
    private const int BufferLength = 64 * 1024;

    private readonly Stream _stream;
    private readonly bool _isCsv;
    private readonly bool _leaveOpen;
    private readonly ArrayBufferWriter<byte> _buffer = new(2 * BufferLength);

    private PaymentOutput(Stream stream, bool isCsv, bool leaveOpen)
    {
        _stream = stream;
        _isCsv = isCsv;
        _leaveOpen = leaveOpen;
        if (isCsv)
        {
            _buffer.Write(PaymentWriter.CsvHeader);
        }
    }

    /// <summary>NDJSON on a stream that stays open.</summary>
    public static PaymentOutput On(Stream stream) => new(stream, isCsv: false, leaveOpen: true);

    /// <summary>Creates a file; null when its name says no known format.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    public static PaymentOutput? Create(string path)
    {
        var isCompressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        var extension = Path.GetExtension(isCompressed ? path[..^3] : path).ToLowerInvariant();
        if (extension is not (".csv" or ".ndjson" or ".jsonl" or ".json"))
        {
            return null;
        }

        Stream stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        return new PaymentOutput(
            isCompressed ? new GZipStream(stream, CompressionLevel.Fastest) : stream, extension is ".csv", leaveOpen: false);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<Payment> payments, CancellationToken cancellationToken)
    {
        for (var i = 0; i < payments.Length; i++)
        {
            Add(payments.Span[i]);
            if (_buffer.WrittenCount >= BufferLength)
            {
                await WriteBufferAsync(cancellationToken);
            }
        }
    }

    /// <summary>Hands on what is buffered.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await WriteBufferAsync(cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None);
        }
        finally
        {
            if (!_leaveOpen)
            {
                await _stream.DisposeAsync();
            }
        }
    }

    private void Add(in Payment payment)
    {
        if (_isCsv)
        {
            PaymentWriter.WriteCsv(payment, _buffer);
            return;
        }

        PaymentWriter.WriteJson(payment, _buffer, withTruth: true);
        _buffer.Write("\n"u8);
    }

    private async ValueTask WriteBufferAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }
}
