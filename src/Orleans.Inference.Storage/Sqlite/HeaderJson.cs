using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Storage.Sqlite;

/// <summary>
/// The checkpoint header as JSON: small, written once a checkpoint, and readable with any SQLite shell when something is wrong.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CheckpointHeader))]
internal sealed partial class HeaderJson : JsonSerializerContext
{
    public static string Write(CheckpointHeader header) => JsonSerializer.Serialize(header, Default.CheckpointHeader);

    /// <exception cref="InferenceException">The text is not a header.</exception>
    public static CheckpointHeader Read(string json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.CheckpointHeader)
                ?? throw SqliteFault.Damaged(path, "its checkpoint header is null");
        }
        catch (JsonException exception)
        {
            throw SqliteFault.Damaged(path, $"its checkpoint header: {exception.Message}");
        }
    }
}
