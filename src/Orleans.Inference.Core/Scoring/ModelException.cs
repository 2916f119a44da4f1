namespace Orleans.Inference.Scoring;

/// <summary>A model version that cannot be loaded or does not fit its pipeline.</summary>
public sealed class ModelException : InferenceException
{
    public ModelException(string message)
        : base(message)
    {
    }

    public ModelException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
