using System.Globalization;
using System.Text;
using Orleans.Inference.Decoding;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Reads a value that stands in the pipeline file, as a record's value of the field would be read.</summary>
internal static class FieldDefaultText
{
    /// <param name="field">Gives type and unit.</param>
    /// <param name="text">The value.</param>
    /// <param name="value">The value in the field's storage.</param>
    /// <param name="allowed">What is allowed, when false is returned.</param>
    public static bool TryParse(FieldModel field, string text, out FieldDefault value, out string allowed)
    {
        value = new FieldDefault();
        switch (field.Type)
        {
            case FieldType.String:
                allowed = "a text of at most 1,000 bytes";
                value = new FieldDefault(Text: Encoding.UTF8.GetBytes(text));
                return value.Text!.Length <= 1_000;
            case FieldType.Int or FieldType.Long:
                allowed = field.Type == FieldType.Int ? "a whole number of 32 bits" : "a whole number of 64 bits";
                var isWhole = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                    && (field.Type == FieldType.Long || whole == (int)whole);
                value = new FieldDefault(Integer: whole);
                return isWhole;
            case FieldType.Bool:
                allowed = "true, false, 1, 0";
                value = new FieldDefault(Number: text is "true" or "1" ? 1 : 0);
                return text is "true" or "false" or "1" or "0";
            case FieldType.Timestamp:
                allowed = field.Unit == TimestampUnit.Iso8601 ? "ISO 8601 with date and time, from 1970 to 2200" : "a number of units since 1970, before 2200";
                var isTime = TryTimestamp(field.Unit, text, out var ticks);
                value = new FieldDefault(Integer: ticks);
                return isTime && TimestampText.IsInRange(ticks);
            default:
                allowed = "a finite number";
                var isNumber = Scalars.TryNumber(text, out var number);
                number = field.Type == FieldType.Float ? (float)number : number;
                value = new FieldDefault(Number: number);
                return isNumber && double.IsFinite(number);
        }
    }

    private static bool TryTimestamp(TimestampUnit unit, string text, out long ticks)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return TimestampText.TryIso(utf8, out ticks) || (unit != TimestampUnit.Iso8601 && TimestampText.TryNumber(utf8, unit, out ticks));
    }
}
