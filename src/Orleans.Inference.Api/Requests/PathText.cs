using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orleans.Inference.Api.Requests;

/// <summary>
/// A part of the path as the caller meant it: percent-decoded exactly once, otherwise opaque. <see cref="Value"/> is null when the escapes are
/// not UTF-8; no key equals that. <see cref="RawPath"/> sees to it that routing hands over the raw text.
/// </summary>
internal readonly record struct PathText(string? Value) : IParsable<PathText>
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static PathText Parse(string s, IFormatProvider? provider) => new(Decode(s));

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PathText result)
    {
        result = s is null ? default : Parse(s, provider);
        return s is not null;
    }

    public override string ToString() => Value ?? "";

    private static string? Decode(string raw)
    {
        if (!raw.Contains('%'))
        {
            return raw;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(raw.Length));
        try
        {
            return Strict.GetString(bytes, 0, Unescape(raw, bytes));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // A percent sign that begins no escape stands for itself, as browsers have it.
    private static int Unescape(string raw, Span<byte> target)
    {
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
            {
                target[length++] = Convert.ToByte(raw.Substring(i + 1, 2), 16);
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(raw.AsSpan(i, char.IsHighSurrogate(raw[i]) && i + 1 < raw.Length ? 2 : 1), target[length..]);
                i += char.IsHighSurrogate(raw[i]) ? 1 : 0;
            }
        }

        return length;
    }
}
