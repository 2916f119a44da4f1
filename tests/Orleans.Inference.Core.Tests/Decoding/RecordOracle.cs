using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orleans.Inference.Events;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Decoding;

/// <summary>What the contract says of a JSON record, over a document tree, strings and System.DateTime: slow, simple and independent of the decoder.</summary>
internal static partial class RecordOracle
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static Rejection Judge(PipelineModel pipeline, byte[] record)
    {
        if (record.Length > 1024 * 1024)
        {
            return new Rejection(-1, RejectReason.RecordTooLarge);
        }

        try
        {
            Strict.GetCharCount(record);
        }
        catch (DecoderFallbackException)
        {
            return new Rejection(-1, RejectReason.InvalidUtf8);
        }

        try
        {
            using var document = JsonDocument.Parse(record);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Judge(pipeline, document.RootElement)
                : new Rejection(-1, RejectReason.NotAnObject);
        }
        catch (JsonException)
        {
            return new Rejection(-1, RejectReason.InvalidJson);
        }
    }

    private static Rejection Judge(PipelineModel pipeline, JsonElement root)
    {
        var reasons = new RejectReason[pipeline.Fields.Count];
        var texts = new string?[pipeline.Fields.Count];
        foreach (var field in pipeline.Fields)
        {
            var value = LastOf(root, field.Name);
            if (value is null || value.Value.ValueKind == JsonValueKind.Null)
            {
                texts[field.Index] = field.Default is { Text: { } text } ? Encoding.UTF8.GetString(text) : null;
                reasons[field.Index] = field is { Required: true, IsLabel: false, Default: null } ? RejectReason.Missing : RejectReason.None;
            }
            else
            {
                (reasons[field.Index], texts[field.Index]) = Judge(field, value.Value);
            }
        }

        foreach (var entity in pipeline.Entities)
        {
            var parts = entity.KeyFields.Select(field => reasons[field] == RejectReason.None ? texts[field] : null).ToList();
            if (parts.All(part => part is not null) && Encoding.UTF8.GetByteCount(string.Join('\u001F', parts)) > 1024)
            {
                reasons[entity.KeyFields[0]] = RejectReason.KeyTooLong;
            }
        }

        var first = Array.FindIndex(reasons, reason => reason != RejectReason.None);
        return first < 0 ? Rejection.None : new Rejection((short)first, reasons[first]);
    }

    private static JsonElement? LastOf(JsonElement root, string name)
    {
        JsonElement? last = null;
        foreach (var member in root.EnumerateObject())
        {
            try
            {
                last = member.Name == name ? member.Value : last;
            }
            catch (InvalidOperationException)
            {
                // A name with a lone surrogate is no field's name.
            }
        }

        return last;
    }

    private static (RejectReason Reason, string? Text) Judge(FieldModel field, JsonElement value) => field.Type switch
    {
        FieldType.String when value.ValueKind == JsonValueKind.String => JudgeText(field, value),
        FieldType.Bool when value.ValueKind is JsonValueKind.True or JsonValueKind.False || value.GetRawText() is "0" or "1" => (RejectReason.None, "bool"),
        FieldType.Int or FieldType.Long when value.ValueKind == JsonValueKind.Number => JudgeInteger(field, value.GetRawText()),
        FieldType.Float or FieldType.Double when value.ValueKind == JsonValueKind.Number => JudgeNumber(field, value.GetRawText()),
        FieldType.Timestamp when field.Unit == TimestampUnit.Iso8601 && value.ValueKind == JsonValueKind.String => JudgeTime(value),
        FieldType.Timestamp when field.Unit == TimestampUnit.Milliseconds && value.ValueKind == JsonValueKind.Number => JudgeMilliseconds(value.GetRawText()),
        _ => (RejectReason.WrongType, null),
    };

    private static (RejectReason, string?) JudgeText(FieldModel field, JsonElement value)
    {
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return (RejectReason.InvalidUtf8, null);
        }

        return field.Enum is not null && !field.Enum.Any(allowed => Encoding.UTF8.GetString(allowed) == text) ? (RejectReason.NotInEnum, null)
            : field.Pattern is not null && !field.Pattern.IsMatch(text) ? (RejectReason.PatternMismatch, null)
            : (RejectReason.None, text);
    }

    private static (RejectReason, string?) JudgeInteger(FieldModel field, string text)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            if (!double.IsFinite(number))
            {
                return (RejectReason.NotFinite, null);
            }

            if (Math.Floor(number) != number)
            {
                return (RejectReason.NotWhole, null);
            }

            if (Math.Abs(number) >= 9e15)
            {
                return (RejectReason.OutOfRange, null);
            }

            value = (long)number;
        }

        var shown = value.ToString(CultureInfo.InvariantCulture);
        return field.Type == FieldType.Int && (int)value != value ? (RejectReason.OutOfRange, null)
            : field.Enum is not null && !field.Enum.Any(allowed => Encoding.UTF8.GetString(allowed) == shown) ? (RejectReason.NotInEnum, null)
            : (Bounds(field, value), shown);
    }

    private static (RejectReason, string?) JudgeNumber(FieldModel field, string text)
    {
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        value = field.Type == FieldType.Float ? (float)value : value;
        return double.IsFinite(value) ? (Bounds(field, value), "number") : (RejectReason.NotFinite, null);
    }

    private static RejectReason Bounds(FieldModel field, double value) =>
        value < field.Min ? RejectReason.BelowMinimum : value > field.Max ? RejectReason.AboveMaximum : RejectReason.None;

    private static (RejectReason, string?) JudgeTime(JsonElement value)
    {
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return (RejectReason.InvalidUtf8, null);
        }

        var match = IsoForm().Match(text);
        if (!match.Success || !DateTime.TryParseExact(
            $"{match.Groups["date"].Value} {match.Groups["minute"].Value}:{(match.Groups["second"].Success ? match.Groups["second"].Value : "00")}",
            "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return (RejectReason.WrongType, null);
        }

        var fraction = long.Parse(match.Groups["fraction"].Value.PadRight(7, '0'), CultureInfo.InvariantCulture);
        var hours = match.Groups["hours"].Success ? int.Parse(match.Groups["hours"].Value, CultureInfo.InvariantCulture) : 0;
        var minutes = match.Groups["minutes"].Success ? int.Parse(match.Groups["minutes"].Value, CultureInfo.InvariantCulture) : 0;
        if (hours > 14 || minutes > 59)
        {
            return (RejectReason.WrongType, null);
        }

        var offset = new TimeSpan(hours, minutes, 0).Ticks * (match.Groups["sign"].Value == "-" ? -1 : 1);
        return JudgeTicks((decimal)time.Ticks + fraction - offset);
    }

    private static (RejectReason, string?) JudgeMilliseconds(string text)
    {
        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return Math.Abs(number) > 1e14
            ? (RejectReason.OutOfRange, null)
            : JudgeTicks(decimal.Truncate(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) * 10_000) + DateTime.UnixEpoch.Ticks);
    }

    private static (RejectReason, string?) JudgeTicks(decimal ticks) =>
        ticks >= new DateTime(1970, 1, 1).Ticks && ticks < new DateTime(2200, 1, 1).Ticks ? (RejectReason.None, "time") : (RejectReason.OutOfRange, null);

    [GeneratedRegex(
        @"^(?<date>\d{4}-\d\d-\d\d)[Tt ](?<minute>\d\d:\d\d)(:(?<second>\d\d)(\.(?<fraction>\d{1,7}))?)?([Zz]|(?<sign>[+-])(?<hours>\d\d)(:?(?<minutes>\d\d))?)?$(?!\n)",
        RegexOptions.ECMAScript)]
    private static partial Regex IsoForm();
}
