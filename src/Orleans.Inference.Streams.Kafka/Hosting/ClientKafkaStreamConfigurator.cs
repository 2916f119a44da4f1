using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>A client's Kafka streams: to send to them, and to subscribe to what the silos read.</summary>
public sealed class ClientKafkaStreamConfigurator : ClusterClientPersistentStreamConfigurator
{
    internal ClientKafkaStreamConfigurator(string name, IClientBuilder builder)
        : base(name, builder, KafkaQueueAdapterFactory.Create) =>
        builder.ConfigureServices(services => services.AddTransient<IConfigurationValidator>(provider => new KafkaStreamOptionsValidator(
            name, provider.GetRequiredService<IOptionsMonitor<KafkaStreamOptions>>().Get(name), agent: null)));

    /// <summary>Sets options; the same as the silos'.</summary>
    public ClientKafkaStreamConfigurator ConfigureKafka(Action<KafkaStreamOptions> configure)
    {
        this.Configure<KafkaStreamOptions>(builder => builder.Configure(configure));
        return this;
    }
}
