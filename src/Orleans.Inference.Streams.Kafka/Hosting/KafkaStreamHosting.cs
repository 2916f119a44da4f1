
namespace Orleans.Inference.Streams.Kafka;

/// <summary>Adds a Kafka topic as a stream provider.</summary>
public static class KafkaStreamHosting
{
    /// <summary>
    /// Silos read the topic's partitions and deliver them to the streams' consumers: grains with <c>[ImplicitStreamSubscription(TOPIC)]</c> whose
    /// key is the stream's (see <see cref="KafkaStreamKey"/>), and explicit subscribers, which need a grain storage <c>PubSubStore</c>.
    /// Delivery is at least once, in order within a partition.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name, as for <c>GetStreamProvider</c>.</param>
    /// <param name="configure">Sets options; all problems are reported together when the silo starts.</param>
    public static ISiloBuilder AddKafkaStreams(this ISiloBuilder builder, string name, Action<KafkaStreamOptions> configure) =>
        builder.AddKafkaStreams(name, (SiloKafkaStreamConfigurator streams) => streams.ConfigureKafka(configure));

    /// <summary>As the other, with access to what Orleans lets a provider set.</summary>
    public static ISiloBuilder AddKafkaStreams(this ISiloBuilder builder, string name, Action<SiloKafkaStreamConfigurator> configure)
    {
        configure(new SiloKafkaStreamConfigurator(name, services => builder.ConfigureServices(services)));
        return builder;
    }

    /// <summary>A client sends to the topic's streams, and subscribes to them; silos with a provider of the same name deliver.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="name">The provider's name, as on the silos.</param>
    /// <param name="configure">Sets options, the same as the silos'.</param>
    public static IClientBuilder AddKafkaStreams(this IClientBuilder builder, string name, Action<KafkaStreamOptions> configure) =>
        builder.AddKafkaStreams(name, (ClientKafkaStreamConfigurator streams) => streams.ConfigureKafka(configure));

    /// <summary>As the other, with access to what Orleans lets a provider set.</summary>
    public static IClientBuilder AddKafkaStreams(this IClientBuilder builder, string name, Action<ClientKafkaStreamConfigurator> configure)
    {
        configure(new ClientKafkaStreamConfigurator(name, builder));
        return builder;
    }
}
