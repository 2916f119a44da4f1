using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// A silo's Kafka streams, for those who set more than <see cref="KafkaStreamOptions"/>: Orleans' balancers (<c>UseConsistentRingQueueBalancer</c>,
/// <c>UseLeaseBasedQueueBalancer</c>, ...), <c>ConfigureStreamPubSub</c>, <c>ConfigurePullingAgent</c>, <c>ConfigureBackoffProvider</c>.
/// </summary>
public sealed class SiloKafkaStreamConfigurator : SiloPersistentStreamConfigurator
{
    /// <summary>An agent only ticks when there was nothing for a while, or when it waits for a subscription: the receiver does the waiting.</summary>
    private static readonly TimeSpan AgentTimer = TimeSpan.FromMilliseconds(10);

    internal SiloKafkaStreamConfigurator(string name, Action<Action<IServiceCollection>> configureServices)
        : base(name, configureServices, KafkaQueueAdapterFactory.Create)
    {
        this.ConfigurePartitionBalancing(EvenQueueBalancer.Create);
        this.ConfigureComponent<IKafkaStreamOffsets>((services, key) =>
            ((KafkaQueueAdapterFactory)services.GetRequiredKeyedService<IQueueAdapterFactory>(key)).Offsets);
        this.ConfigureDelegate(services =>
        {
            services.AddOptions<StreamPullingAgentOptions>(name).Configure<IOptionsMonitor<KafkaStreamOptions>>((agent, options) =>
            {
                agent.GetQueueMsgsTimerPeriod = AgentTimer;
                agent.MaxEventDeliveryTime = options.Get(name).DeliveryTimeout;
            });
            services.AddTransient<IConfigurationValidator>(provider => new KafkaStreamOptionsValidator(
                name,
                provider.GetRequiredService<IOptionsMonitor<KafkaStreamOptions>>().Get(name),
                provider.GetRequiredService<IOptionsMonitor<StreamPullingAgentOptions>>().Get(name)));
        });
    }

    /// <summary>Sets options.</summary>
    public SiloKafkaStreamConfigurator ConfigureKafka(Action<KafkaStreamOptions> configure)
    {
        this.Configure<KafkaStreamOptions>(builder => builder.Configure(configure));
        return this;
    }
}
