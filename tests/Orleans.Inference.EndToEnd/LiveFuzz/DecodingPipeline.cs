namespace Orleans.Inference.Decoding;

/// <summary>The schema that the shared mutator makes records of, as a pipeline file; see its namesake in the tests of the domain.</summary>
internal static class DecodingPipeline
{
    public const string CsvHeader = "id,time,customer,position,amount,ratio,count,channel,code,online,at,fraud,rank";

    /// <summary>Number of features.</summary>
    public const int Features = 6;

    public const string Yaml = """
        pipeline: NAME
        source: { topic: NAME, id: id, time: time, lateness: 1h, maxAhead: 1h }
        fields:
          id:       { type: string }
          time:     { type: timestamp }
          customer: { type: string }
          position: { type: int, required: false }
          amount:   { type: double, min: 0, max: 1000000 }
          ratio:    { type: float, required: false }
          count:    { type: long, min: -1000 }
          channel:  { type: string, enum: [pos, online, atm], default: pos }
          code:     { type: string, pattern: "^[A-Z]{2}$", required: false }
          online:   { type: bool }
          at:       { type: timestamp, unit: ms, required: false }
          fraud:    { type: bool, label: true }
          rank:     { type: int, enum: [1, 2, 3], required: false }
        entities:
          customer: customer
          code: code
        features:
          - { name: amount, field: amount }
          - { name: customer_count, count: "*",   by: customer, window: 1h }
          - { name: customer_mean,  mean: amount, by: customer, window: 30m }
          - { name: customer_std,   std: ratio,   by: customer, window: 1h }
          - { name: customer_most,  max: count,   by: customer, window: 1h }
          - { name: code_sum,       sum: amount,  by: code, window: 1h }
        model:
          input: features
          score: probabilities[1]
        route:
          champion: 1
        checkpoint: 200ms
        sink: { topic: NAME-predictions, include: [features] }
        """;
}
