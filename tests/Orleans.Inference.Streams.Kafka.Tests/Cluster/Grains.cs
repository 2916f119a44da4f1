using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.Inference.Streams.Kafka;

internal interface ICollector : IGrainWithStringKey;

/// <summary>A user's grain: one for each partition of the topic <c>events</c>, active because records come.</summary>
[ImplicitStreamSubscription("events")]
internal sealed class EventsGrain(Deliveries deliveries) : Grain, ICollector, IStreamSubscriptionObserver, IAsyncObserver<KafkaRecord>
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<KafkaRecord>().ResumeAsync(this);

    public Task OnNextAsync(KafkaRecord item, StreamSequenceToken? token = null) =>
        item.Offset == token?.SequenceNumber
            ? deliveries.Add(Delivery.Of(this.GetPrimaryKeyString(), item))
            : throw new InvalidOperationException($"record {item.Offset} came with {token}");

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

/// <summary>The same with a list for each call.</summary>
[ImplicitStreamSubscription("lists")]
internal sealed class ListsGrain(Deliveries deliveries) : Grain, ICollector, IStreamSubscriptionObserver, IAsyncBatchObserver<KafkaRecord>
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<KafkaRecord>().ResumeAsync(this);

    public async Task OnNextAsync(IList<SequentialItem<KafkaRecord>> items)
    {
        foreach (var item in items)
        {
            await deliveries.Add(Delivery.Of(this.GetPrimaryKeyString(), item.Item));
        }
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

internal interface IPartitionCollector : IGrainWithIntegerKey;

/// <summary>The same with one object for each call, and the partition's number as the grain's key.</summary>
[ImplicitStreamSubscription("batches")]
internal sealed class BatchesGrain(Deliveries deliveries) : Grain, IPartitionCollector, IStreamSubscriptionObserver, IAsyncObserver<KafkaRecordBatch>
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<KafkaRecordBatch>().ResumeAsync(this);

    public async Task OnNextAsync(KafkaRecordBatch item, StreamSequenceToken? token = null)
    {
        foreach (var record in item.Records)
        {
            await deliveries.Add(Delivery.Of($"{this.GetPrimaryKeyLong()}/{item.Records.Count}", record));
        }
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

/// <summary>One for each key of the topic <c>customers</c>.</summary>
[ImplicitStreamSubscription("customers")]
internal sealed class CustomerGrain(Deliveries deliveries) : Grain, ICollector, IStreamSubscriptionObserver, IAsyncObserver<KafkaRecord>
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<KafkaRecord>().ResumeAsync(this);

    public Task OnNextAsync(KafkaRecord item, StreamSequenceToken? token = null) => deliveries.Add(Delivery.Of(this.GetPrimaryKeyString(), item));

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

[GenerateSerializer, Alias("Order")]
internal sealed record Order([property: Id(0)] string Id, [property: Id(1)] int Amount);

/// <summary>Gets what a serializer made of the records.</summary>
[ImplicitStreamSubscription("orders")]
internal sealed class OrdersGrain(Deliveries deliveries) : Grain, ICollector, IStreamSubscriptionObserver, IAsyncObserver<Order>
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<Order>().ResumeAsync(this);

    public Task OnNextAsync(Order item, StreamSequenceToken? token = null) =>
        deliveries.Add(new Delivery(this.GetPrimaryKeyString(), 0, token!.SequenceNumber, $"{item.Id}={item.Amount}", 0));

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

[Alias("ISubscriber")]
internal interface ISubscriber : IGrainWithStringKey
{
    [Alias("Subscribe")]
    Task Subscribe(string streamNamespace, string key, long? offset);

    [Alias("Send")]
    Task Send(string streamNamespace, string key, string[] values);
}

/// <summary>Subscribes when told to, and sends.</summary>
internal sealed class SubscriberGrain(Deliveries deliveries) : Grain, ISubscriber, IAsyncObserver<KafkaRecord>
{
    public async Task Subscribe(string streamNamespace, string key, long? offset)
    {
        var token = offset is { } value ? new KafkaSequenceToken(value) : null;
        await Stream<KafkaRecord>(streamNamespace, key).SubscribeAsync(this, token);
    }

    public Task Send(string streamNamespace, string key, string[] values) => Stream<string>(streamNamespace, key).OnNextBatchAsync(values);

    public Task OnNextAsync(KafkaRecord item, StreamSequenceToken? token = null) => deliveries.Add(Delivery.Of(this.GetPrimaryKeyString(), item));

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    private IAsyncStream<T> Stream<T>(string streamNamespace, string key) =>
        this.GetStreamProvider(StreamBench.Provider).GetStream<T>(StreamId.Create(streamNamespace, key));
}
