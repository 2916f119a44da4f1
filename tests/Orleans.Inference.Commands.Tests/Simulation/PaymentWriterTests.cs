using System.Buffers;
using System.Text;
using System.Text.Json;
using Orleans.Inference.Commands.Simulation;

namespace Orleans.Inference.Commands.Tests.Simulation;

public sealed class PaymentWriterTests
{
    private static readonly Payment Example = new(
        123, new DateTime(2026, 1, 2, 3, 4, 5, 60, DateTimeKind.Utc), 42, 7, 12_05, PaymentChannel.Online, FraudScenario.StolenCard);

    [Fact]
    public void WriteJson_WithTruth_IsTheRecord() => Assert.Equal(
        """{"transaction_id":"t-000000123","tx_time":"2026-01-02T03:04:05.06Z","customer_id":"C000042","terminal_id":"T000007","amount":12.05,"channel":"online","fraud":true}""",
        Text(buffer => PaymentWriter.WriteJson(Example, buffer, withTruth: true)));

    [Fact]
    public void WriteJson_WithoutTruth_LeavesTheLabelOut() => Assert.Equal(
        """{"transaction_id":"t-000000123","tx_time":"2026-01-02T03:04:05.06Z","customer_id":"C000042","terminal_id":"T000007","amount":12.05,"channel":"online"}""",
        Text(buffer => PaymentWriter.WriteJson(Example, buffer, withTruth: false)));

    [Fact]
    public void WriteCsv_Payment_IsALine() => Assert.Equal(
        "t-000000123,2026-01-02T03:04:05.06Z,C000042,T000007,12.05,online,true\n", Text(buffer => PaymentWriter.WriteCsv(Example, buffer)));

    [Fact]
    public void WriteLabel_Payment_IsItsTruthAtThatTime() => Assert.Equal(
        """{"transaction_id":"t-000000123","fraud":true,"time":"2026-01-09T00:00:00Z"}""",
        Text(buffer => PaymentWriter.WriteLabel(Example, new DateTime(2026, 1, 9, 0, 0, 0, DateTimeKind.Utc), buffer)));

    [Fact]
    public void WriteCustomer_Payment_IsTheKey() => Assert.Equal("C000042", Text(buffer => PaymentWriter.WriteCustomer(Example, buffer)));

    [Fact]
    public void Write_LargestNumbers_FitTheBuffer()
    {
        var largest = new Payment(
            long.MaxValue, DateTime.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue, PaymentChannel.Online, FraudScenario.None);
        var json = Text(buffer => PaymentWriter.WriteJson(largest, buffer, withTruth: true));
        Assert.Contains("t-9223372036854775807", json, StringComparison.Ordinal);
        var csv = Text(buffer => PaymentWriter.WriteCsv(largest, buffer));
        Assert.EndsWith(",C2147483647,T2147483647,21474836.47,online,false\n", csv, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Stream_ParsesBackEqual()
    {
        foreach (var payment in new PaymentSimulator(new PaymentSimulationOptions()).From().Take(5_000))
        {
            using var document = JsonDocument.Parse(Text(buffer => PaymentWriter.WriteJson(payment, buffer, withTruth: true)));
            var json = document.RootElement;
            Assert.Equal($"t-{payment.Number:D9}", json.GetProperty("transaction_id").GetString());
            Assert.Equal(payment.Time, json.GetProperty("tx_time").GetDateTime());
            Assert.Equal(payment.Amount, json.GetProperty("amount").GetDouble());
            Assert.Equal(payment.Fraud, json.GetProperty("fraud").GetBoolean());

            var cells = Text(buffer => PaymentWriter.WriteCsv(payment, buffer)).TrimEnd('\n').Split(',');
            string[] names = ["transaction_id", "tx_time", "customer_id", "terminal_id", "amount", "channel", "fraud"];
            Assert.Equal(string.Join(',', names) + "\n", Encoding.UTF8.GetString(PaymentWriter.CsvHeader));
            Assert.Equal(names.Select(name => json.GetProperty(name)).Select(TextOf), cells);
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static string Text(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
