namespace Orleans.Inference.Grains.Partitions;

/// <summary>What an input has taken since its last commit may be nowhere any more: it has to begin there again.</summary>
internal sealed class InputLostException(string message) : InferenceException(message);
