namespace Orleans.Inference.Telemetry;

/// <summary>The stages of a batch, as the tag <c>stage</c> names them in lower case.</summary>
public enum ScoringStage
{
    Decode,
    Features,
    Model,
    Sink,
}
