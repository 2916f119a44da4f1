using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Core.Tests.Pipelines;

/// <summary>Pipeline files that tests read and change.</summary>
internal static class PipelineExamples
{
    /// <summary>The smallest pipeline that is right. Line 13 is the first feature.</summary>
    public const string Small = """
        pipeline: small
        source:
          topic: events
          id: id
          time: at
        fields:
          id: { type: string }
          at: { type: timestamp }
          amount: { type: double }
          fraud: { type: bool, label: true }
        entities: { customer: id }
        features:
          - { name: amount, field: amount }
        model: { score: score }

        """;

    /// <summary>The example of the contract, whole.</summary>
    public const string Fraud = """
        pipeline: fraud
        source:
          topic: transactions
          id: transaction_id
          time: tx_time
          lateness: 1h                        # default 1m; see Rules
          maxAhead: 1h                        # live only, default = lateness: an event further in the future is rejected
        fields:                               # the schema: a record that does not fit is a dead letter with the reason
          transaction_id: { type: string }
          tx_time:        { type: timestamp } # ISO 8601; `unit: s | ms | us` for numbers
          customer_id:    { type: string }
          terminal_id:    { type: string }
          amount:         { type: double, min: 0 }
          channel:        { type: string, enum: [pos, online, atm], default: pos }
          fraud:          { type: bool, label: true }      # the truth: may come later on the label topic, or in the record in a replay
        entities:                             # the first is the primary
          customer: customer_id
          terminal: terminal_id
        references:
          terminals: { topic: terminals, key: terminal_id, fields: { country: { type: string } } }
        features:                             # in the model's input order
          - { name: amount, field: amount }
          - { name: night, expr: "hour(tx_time) <= 6" }
          - { name: customer_tx_1d,   count: "*",   by: customer, window: 1d }
          - { name: customer_avg_7d,  mean: amount, by: customer, window: 7d }
          - { name: customer_online,  count: "*",   by: customer, window: 30d, where: "channel == 'online'" }
          - { name: terminal_risk_7d, mean: fraud,  by: terminal, window: 7d, delay: 7d, default: 0 }
          - { name: country_risk, lookup: terminals.country, map: { BE: 0.1, FR: 0.2 }, default: 0.5 }
        model:
          input: features                     # one float32 [N, F] input; or a map of input name -> feature names
          score: probabilities[1]             # output tensor and column; or a single-column output's name
        route:
          champion: 2
          canary:   { version: 3, percent: 10 }
          shadow:   [1]
          fallback: { value: 0.5 }            # or { version: 1 }; used when the chosen version fails or is too slow
        decision: { block: "score >= 0.9", review: "score >= 0.6", else: approve }    # the first that holds; optional
        checkpoint: 1s
        sink:   { topic: fraud-predictions, include: [features] }
        labels: { topic: fraud-labels, id: transaction_id, value: fraud, wait: 30d }

        """;

    public static PipelineReading Read(string yaml, params int[] versions) =>
        PipelineReader.Read(new PipelineText("/pipelines/p", "p/pipeline.yaml", yaml, versions.Length == 0 ? [1] : versions));

    /// <summary>The small pipeline with one text replaced, which must be there.</summary>
    public static PipelineReading ReadSmall(string text, string replacement, params int[] versions)
    {
        Assert.Contains(text, Small);
        return Read(Small.Replace(text, replacement, StringComparison.Ordinal), versions);
    }

    /// <summary>The small pipeline with lines added at its end.</summary>
    public static PipelineReading ReadSmallWith(string lines, params int[] versions) => Read(Small + lines + "\n", versions);

    /// <summary>The small pipeline with a second feature, on line 14.</summary>
    public static PipelineReading ReadFeature(string feature) => ReadSmall("model:", $"  - {{ {feature} }}\nmodel:");

    public static PipelineModel ModelOf(PipelineReading reading)
    {
        Assert.True(reading.Model is not null, string.Join('\n', reading.Problems));
        Assert.Empty(reading.Problems);
        return reading.Model;
    }

    /// <summary>The reading's one problem.</summary>
    public static PipelineProblem ProblemOf(PipelineReading reading)
    {
        Assert.Null(reading.Model);
        Assert.True(reading.Problems.Count == 1, string.Join('\n', reading.Problems));
        return reading.Problems[0];
    }
}
