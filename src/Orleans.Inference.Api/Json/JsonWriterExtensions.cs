using System.Text.Json;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Json;

/// <summary>The forms that documents share: numbers that may be absent, and times.</summary>
internal static class JsonWriterExtensions
{
    /// <summary>A number that is not finite is null.</summary>
    public static void WriteFinite(this Utf8JsonWriter writer, string name, float value)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    /// <summary>A figure of three decimals; one that is not finite is null.</summary>
    public static void WriteFigure(this Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumber(name, Math.Round(value, 3));
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    /// <summary>UTC ticks as ISO 8601; 0 is null.</summary>
    public static void WriteTime(this Utf8JsonWriter writer, string name, long ticks)
    {
        if (ticks > 0)
        {
            writer.WriteString(name, EventTimeText.Format(ticks));
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
