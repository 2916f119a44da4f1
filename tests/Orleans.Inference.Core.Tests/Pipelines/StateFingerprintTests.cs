using static Orleans.Inference.Core.Tests.Pipelines.PipelineExamples;

namespace Orleans.Inference.Core.Tests.Pipelines;

public sealed class StateFingerprintTests
{
    private static readonly string Original = FingerprintOf("fraud", "fraud");

    [Fact]
    public void Of_ContractExample_IsStable()
    {
        Assert.Matches("^[0-9a-f]{16}$", Original);
        Assert.Equal("6604814f64bcaf29", Original);
    }

    [Theory]
    [InlineData("topic: transactions", "topic: others")]
    [InlineData("champion: 2", "champion: 3")]
    [InlineData("score >= 0.9", "score >= 0.8")]
    [InlineData("min: 0", "min: 1")]
    [InlineData("lateness: 1h", "lateness: 2h")]
    [InlineData("default: 0 }", "default: 1 }")]
    [InlineData("hour(tx_time) <= 6", "hour(tx_time) <= 7")]
    [InlineData("pipeline: fraud", "pipeline: other")]
    public void Of_ChangeBesidesState_StaysTheSame(string text, string replacement) => Assert.Equal(Original, FingerprintOf(text, replacement));

    [Theory]
    [InlineData("amount:         { type: double", "amount:         { type: float")]
    [InlineData("tx_time:        { type: timestamp", "tx_time:        { type: timestamp, unit: s")]
    [InlineData("customer: customer_id", "customer: terminal_id")]
    [InlineData("name: night", "name: dark")]
    [InlineData("mean: amount", "sum: amount")]
    [InlineData("window: 30d", "window: 31d")]
    [InlineData("delay: 7d", "delay: 8d")]
    [InlineData("channel == 'online'", "channel == 'pos'")]
    [InlineData("id: transaction_id\n", "id: customer_id\n")]
    public void Of_ChangeOfState_Differs(string text, string replacement) => Assert.NotEqual(Original, FingerprintOf(text, replacement));

    private static string FingerprintOf(string text, string replacement)
    {
        Assert.Contains(text, Fraud);
        return ModelOf(Read(Fraud.Replace(text, replacement, StringComparison.Ordinal), 1, 2, 3)).StateFingerprint;
    }
}
