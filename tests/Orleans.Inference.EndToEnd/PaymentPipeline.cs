namespace Orleans.Inference.EndToEnd;

/// <summary>Payments of customers at terminals: terminals are fed from every partition, customers from one.</summary>
internal static class PaymentPipeline
{
    public const int Features = 12;

    public static readonly TimeSpan Lateness = TimeSpan.FromMinutes(10);

    public const string Yaml = """
        pipeline: NAME
        source: { topic: NAME, id: id, time: time, lateness: 10m, maxAhead: 1h }
        fields:
          id:       { type: string }
          time:     { type: timestamp }
          customer: { type: string }
          terminal: { type: string, required: false }
          amount:   { type: double, min: 0 }
          channel:  { type: string, enum: [pos, online], default: pos }
        entities:
          customer: customer
          terminal: terminal
        features:
          - { name: amount, field: amount }
          - { name: night,  expr: "hour(time) <= 6" }
          - { name: customer_count, count: "*",   by: customer, window: 1h }
          - { name: customer_mean,  mean: amount, by: customer, window: 30m }
          - { name: customer_online, sum: amount, by: customer, window: 1h, where: "channel == 'online'" }
          - { name: customer_max,   max: amount,  by: customer, window: 20m }
          - { name: customer_std,   std: amount,  by: customer, window: 1h }
          - { name: terminal_count, count: "*",   by: terminal, window: 5m }
          - { name: terminal_mean,  mean: amount, by: terminal, window: 1h }
          - { name: terminal_min,   min: amount,  by: terminal, window: 20m, delay: 10m }
          - { name: terminal_var,   var: amount,  by: terminal, window: 40m }
          - { name: terminal_sum,   sum: amount,  by: terminal, window: 1h, delay: 5m, default: 0 }
        model:
          input: features
          score: probabilities[1]
        route:
          champion: 1
        decision: { block: "score >= 0.6", else: approve }
        checkpoint: 200ms
        sink: { topic: NAME-predictions, include: [features] }
        """;

    public static PipelineFiles Create(string name) => new(name, Yaml, Features);
}
