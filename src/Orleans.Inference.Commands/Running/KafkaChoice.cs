using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.Commands.Running;

/// <summary>Which Kafka a run uses: a given one, the configured one, a development broker in this process, or none.</summary>
internal sealed class KafkaChoice : IDisposable
{
    private readonly DevelopmentBroker? _broker;

    private KafkaChoice(DevelopmentBroker? broker, KafkaTransport? transport)
    {
        _broker = broker;
        Transport = transport;
    }

    /// <summary>Null without Kafka.</summary>
    public KafkaTransport? Transport { get; }

    /// <summary>Backlogs must stay small: the development broker silently drops the oldest beyond 5 MB a partition.</summary>
    public bool IsDevelopmentBroker => _broker is not null;

    /// <summary>Address of the development broker, for other clients; null without one.</summary>
    public string? BrokerAddress => _broker?.BootstrapServers;

    /// <exception cref="InferenceException">The settings are wrong; the message names each.</exception>
    public static KafkaChoice Make(RunOptions options, IConfiguration configuration, ILoggerFactory loggers)
    {
        var section = configuration.GetSection("Kafka").AsEnumerable(makePathsRelative: true).Where(pair => pair.Key.Length > 0).ToList();
        if (options.EmbeddedBroker)
        {
            var broker = DevelopmentBroker.Start();
            return new KafkaChoice(broker, new KafkaTransport(broker.Settings, loggers, TimeProvider.System));
        }

        var isConfigured = section.Exists(pair => pair.Key.Equals("Brokers", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(pair.Value));
        if (options.NoKafka || (options.Kafka is null && !isConfigured))
        {
            return new KafkaChoice(null, null);
        }

        return new KafkaChoice(null, new KafkaTransport(KafkaSettings.From(section, options.Kafka), loggers, TimeProvider.System));
    }

    public void Dispose() => _broker?.Dispose();
}
