using System.Text;
using System.Text.Json;

namespace Orleans.Inference.Commands.Replay;

/// <summary>Rejected and late records as NDJSON: number, field, reason and the record itself (bytes that are no UTF-8 become U+FFFD).</summary>
internal sealed class DeadLetterFile : IAsyncDisposable
{
    private readonly Stream _file;
    private readonly Utf8JsonWriter _writer;

    private DeadLetterFile(Stream file)
    {
        _file = file;
        _writer = new Utf8JsonWriter(file);
    }

    public static DeadLetterFile Create(string path) => new(ReplayFiles.Create(path, static () => Stream.Null));

    public void Add(long number, string field, string reason, ReadOnlySpan<byte> record)
    {
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteNumber("record"u8, number);
        _writer.WriteString("field"u8, field);
        _writer.WriteString("reason"u8, reason);
        _writer.WriteString("value"u8, Encoding.UTF8.GetString(record.TrimEnd("\r\n"u8)));
        _writer.WriteEndObject();
        _writer.Flush();
        _file.WriteByte((byte)'\n');
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _file.DisposeAsync();
    }
}
