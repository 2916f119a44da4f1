using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Inference.Commands.Benchmarks.Figures;

/// <summary>Figures as one JSON object, with the value of every run, for programs that compare them.</summary>
internal static class FigureJson
{
    public static byte[] Write(BenchOptions options, IEnumerable<FigureSet> sets)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteStartObject("machine"u8);
        writer.WriteNumber("cores"u8, Environment.ProcessorCount);
        writer.WriteNumber("memoryBytes"u8, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        writer.WriteString("os"u8, RuntimeInformation.OSDescription);
        writer.WriteString("architecture"u8, RuntimeInformation.ProcessArchitecture.ToString());
        writer.WriteString("runtime"u8, RuntimeInformation.FrameworkDescription);
        writer.WriteEndObject();
        writer.WriteString("pipeline"u8, options.Pipeline);
        writer.WriteString("engine"u8, options.Engine);
        writer.WriteString("events"u8, options.IsSmall ? "small"u8 : "full"u8);
        writer.WriteStartArray("scenarios"u8);
        foreach (var set in sets)
        {
            writer.WriteStartObject();
            writer.WriteString("scenario"u8, set.Scenario);
            writer.WriteNumber("seconds"u8, Math.Round(set.Elapsed.TotalSeconds, 1));
            writer.WriteStartArray("figures"u8);
            foreach (var figure in set.All)
            {
                Write(writer, figure);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void Write(Utf8JsonWriter writer, Figure figure)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, figure.Name);
        writer.WriteString("unit"u8, figure.Unit);
        Write(writer, "median"u8, figure.Median);
        writer.WriteStartArray("runs"u8);
        foreach (var value in figure.Runs)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
        if (figure.Goal is { } goal)
        {
            Write(writer, goal.IsLowest ? "atLeast"u8 : "below"u8, goal.Bound);
            writer.WriteBoolean("met"u8, goal.IsMetBy(figure.Median));
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
