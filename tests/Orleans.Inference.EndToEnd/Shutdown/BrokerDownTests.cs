using System.Net;
using System.Text;
using System.Text.Json;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.EndToEnd.Shutdown;

/// <summary>A broker that is down at start, that goes away, or that is another one than before.</summary>
[Collection(nameof(Processes))]
public sealed class BrokerDownTests
{
    [Fact]
    public async Task Start_WithBrokerDown_IsNotReadyUntilItIsUp()
    {
        using var files = PaymentPipeline.Create("down");
        using var broker = DevelopmentBroker.Start();
        broker.TakeDown(1);
        await using var engine = RunningEngine.Start(files, broker.BootstrapServers);
        await engine.ListeningAsync();
        using (var ready = await engine.Http.GetAsync("/health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("waiting for the broker", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using (var live = await engine.Http.GetAsync("/health/live"))
        {
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }

        using (var refused = await engine.PostAsync("score", RefusedStartTests.Payment("e0")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        broker.BringUp(1);
        await engine.ReadyAsync();
        await PostThroughKafkaAsync(engine, "e1");
        await StopAsync(engine);
    }

    [Fact]
    public async Task Stop_WithBrokerDownFromTheStart_ExitsZero()
    {
        using var files = PaymentPipeline.Create("down-stop");
        using var broker = DevelopmentBroker.Start();
        broker.TakeDown(1);
        await using var engine = RunningEngine.Start(files, broker.BootstrapServers);
        await engine.ListeningAsync();

        await StopAsync(engine);
    }

    [Fact]
    public async Task Stop_WithBrokerGoneAndAnswersUnderWay_EndsWithinItsBoundAndLosesNothing()
    {
        using var files = PaymentPipeline.Create("gone");
        using var broker = DevelopmentBroker.Start();
        await using (var engine = RunningEngine.Start(files, broker.BootstrapServers))
        {
            await engine.ReadyAsync();
            await PostThroughKafkaAsync(engine, "e1");
            broker.TakeDown(1);
            using var scored = await engine.PostAsync("score", RefusedStartTests.Payment("e2"));
            Assert.Equal(HttpStatusCode.OK, scored.StatusCode);
            engine.Process.Signal(ChildProcess.Terminate);
            Assert.Equal(1, await engine.Process.ExitAsync());
        }

        broker.BringUp(1);
        await using var again = RunningEngine.Start(files, broker.BootstrapServers);
        await again.ReadyAsync();
        await PostThroughKafkaAsync(again, "e3");
        await StopAsync(again);
        var ids = TopicReader.ReadAll(broker.BootstrapServers, files.Sink).Select(record => JsonDocument.Parse(record.Value).RootElement.GetProperty("eventId").GetString());
        Assert.Equal(["e1", "e3"], ids.Where(id => id != "e2").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Start_OnANewBrokerWithOldState_DropsPositionsAndKeepsEntities()
    {
        using var files = PaymentPipeline.Create("incarnation");
        using (var broker = DevelopmentBroker.Start())
        {
            await using var engine = RunningEngine.Start(files, broker.BootstrapServers);
            await engine.ReadyAsync();
            for (var i = 0; i < 3; i++)
            {
                await PostThroughKafkaAsync(engine, $"old{i}");
            }

            await StopAsync(engine);
        }

        using var other = DevelopmentBroker.Start();
        await using var again = RunningEngine.Start(files, other.BootstrapServers);
        await again.ReadyAsync();
        Assert.Contains("another incarnation", again.Process.Said, StringComparison.Ordinal);
        using (var before = await again.EntityAsync("customer", "C1"))
        {
            Assert.Equal(3, before!.RootElement.GetProperty("features").GetProperty("customer_count").GetSingle());
        }

        await PostThroughKafkaAsync(again, "new");
        using var after = await again.EntityAsync("customer", "C1");
        Assert.Equal(4, after!.RootElement.GetProperty("features").GetProperty("customer_count").GetSingle());
        await StopAsync(again);
        var sequences = TopicReader.ReadAll(other.BootstrapServers, files.Sink).Select(record => record.Header("seq"));
        Assert.Equal(["3"], sequences);
    }

    [Fact]
    public async Task MinOffset_OfWhatIsNotThere_IsAConflict_AndOfWhatARestartHolds_AnswersAtOnce()
    {
        using var files = PaymentPipeline.Create("offset");
        using var broker = DevelopmentBroker.Start();
        (int Partition, long Offset) place;
        await using (var engine = RunningEngine.Start(files, broker.BootstrapServers))
        {
            await engine.ReadyAsync();
            place = await PostThroughKafkaAsync(engine, "e1");
            using var waited = await engine.Http.GetAsync(
                $"/v1/pipelines/offset/predictions/C1?minOffset={place.Partition}:{place.Offset + 1}&timeout=100ms");
            Assert.Equal(HttpStatusCode.Conflict, waited.StatusCode);
            Assert.Contains("offset_timeout", await waited.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            await StopAsync(engine);
        }

        await using var again = RunningEngine.Start(files, broker.BootstrapServers);
        await again.ReadyAsync();
        using var held = await again.Http.GetAsync($"/v1/pipelines/offset/predictions/C1?minOffset={place.Partition}:{place.Offset}&timeout=1s");
        Assert.Equal(HttpStatusCode.OK, held.StatusCode);
    }

    [Fact]
    public async Task Stream_WhileEventsComeThroughKafka_SendsEachPredictionAndEndsWithTheServer()
    {
        using var files = PaymentPipeline.Create("stream");
        using var broker = DevelopmentBroker.Start();
        await using var engine = RunningEngine.Start(files, broker.BootstrapServers);
        await engine.ReadyAsync();
        await using var stream = await engine.Http.GetStreamAsync("/v1/pipelines/stream/stream?entity=C1");
        using var reader = new StreamReader(stream);
        Assert.StartsWith(":", await reader.ReadLineAsync().WaitAsync(Bounds.Work), StringComparison.Ordinal);
        await PostThroughKafkaAsync(engine, "e1");
        var data = "";
        while (!data.StartsWith("data:", StringComparison.Ordinal))
        {
            data = await reader.ReadLineAsync().WaitAsync(Bounds.Work) ?? throw new InvalidOperationException("the stream ended");
        }

        Assert.Equal("e1", JsonDocument.Parse(data[5..]).RootElement.GetProperty("eventId").GetString());
        await StopAsync(engine);
    }

    /// <summary>Posts one payment, waits until it is scored, and returns its place.</summary>
    private static async Task<(int Partition, long Offset)> PostThroughKafkaAsync(RunningEngine engine, string id)
    {
        using var answer = await engine.PostAsync("events?wait=true", Encoding.UTF8.GetBytes($"[{Encoding.UTF8.GetString(RefusedStartTests.Payment(id))}]"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        var position = JsonDocument.Parse(text).RootElement.GetProperty("positions")[0];
        using var latest = await engine.LatestAsync("C1");
        Assert.Equal(id, latest!.RootElement.GetProperty("eventId").GetString());
        return (position.GetProperty("partition").GetInt32(), position.GetProperty("offset").GetInt64());
    }

    private static async Task StopAsync(RunningEngine engine)
    {
        engine.Process.Signal(ChildProcess.Terminate);
        Assert.Equal(0, await engine.Process.ExitAsync());
    }
}
