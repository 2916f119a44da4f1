namespace Orleans.Inference.EndToEnd;

/// <summary>Tests that start processes: one after the other, for each takes what the machine has.</summary>
[CollectionDefinition(nameof(Processes))]
public sealed class Processes;
