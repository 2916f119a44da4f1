using System.Text;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Streaming;

/// <summary>Which predictions a reader of the stream wants. A prediction without a score has none that reaches a minimum.</summary>
internal sealed class PredictionFilter(string? entity, double? minScore)
{
    private readonly byte[]? _entity = entity is null ? null : Encoding.UTF8.GetBytes(entity);

    public bool Matches(in Prediction prediction) =>
        (_entity is null || prediction.Entity.SequenceEqual(_entity)) && (minScore is null || prediction.Score >= minScore);
}
