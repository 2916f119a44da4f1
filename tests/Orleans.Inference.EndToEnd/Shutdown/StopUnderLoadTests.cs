using Orleans.Inference.EndToEnd.Crashes;

namespace Orleans.Inference.EndToEnd.Shutdown;

/// <summary>SIGTERM and Ctrl-C while payments come: exit 0, everything taken is answered and checkpointed, and a restart goes on.</summary>
[Collection(nameof(Processes))]
public sealed class StopUnderLoadTests(BrokerProcess broker, ITestOutputHelper output) : IClassFixture<BrokerProcess>
{
    [Theory]
    [InlineData(ChildProcess.Terminate, 201)]
    [InlineData(ChildProcess.Terminate, 202)]
    [InlineData(ChildProcess.Terminate, 203)]
    [InlineData(ChildProcess.Interrupt, 204)]
    [InlineData(ChildProcess.Interrupt, 205)]
    public async Task Stop_UnderLoad_DrainsAndGoesOn(int signal, int seed)
    {
        var scenario = new CrashScenario(new StopPlan(seed, signal), broker);
        await scenario.RunAsync();
        output.WriteLine($"seed {seed}: {scenario.RecordsRead} records; ready after {string.Join(", ", scenario.StartMs.Select(ms => $"{ms:F0}"))} ms");
    }
}
