using Orleans.Inference.Api.Engines;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Api.Tests.Hosting;

public sealed class EngineRegistryTests
{
    [Fact]
    public void Registry_TwoPipelinesOfOneName_IsRefusedByName()
    {
        using var meter = new InferenceMeter();
        var problem = Assert.Throws<InferenceException>(
            () => new EngineRegistry([new RecordedEngine(FraudPipeline.Create()), new RecordedEngine(FraudPipeline.Create())], meter));
        Assert.Contains("'fraud'", problem.Message);
    }

    [Fact]
    public void Registry_Lookup_IsByExactName()
    {
        using var meter = new InferenceMeter();
        using var registry = new EngineRegistry([new RecordedEngine(FraudPipeline.Create("b")), new RecordedEngine(FraudPipeline.Create("a"))], meter);
        Assert.Equal(["a", "b"], registry.Engines.Select(engine => engine.Pipeline.Name));
        Assert.True(registry.TryGet("a", out var served));
        Assert.Equal("a", served.Name);
        Assert.False(registry.TryGet("A", out _));
    }
}
