namespace Orleans.Inference;

/// <summary>Broken infrastructure or a wrong set-up. The message says what to do next. Expected failures are values, not exceptions.</summary>
public class InferenceException : Exception
{
    public InferenceException(string message)
        : base(message)
    {
    }

    public InferenceException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
