using System.Buffers;
using System.Buffers.Text;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Commands.Simulation;

/// <summary>Writes payments as UTF-8 straight into a buffer; nothing is allocated a payment. About 0.1 µs each.</summary>
public static class PaymentWriter
{
    // Names and punctuation take 121 bytes; the numbers at most 20 digits each.
    private const int MaxLength = 320;

    /// <summary>The first line of a CSV file, with its line end.</summary>
    public static ReadOnlySpan<byte> CsvHeader => "transaction_id,tx_time,customer_id,terminal_id,amount,channel,fraud\n"u8;

    /// <summary>
    /// Writes a JSON object without a line end: <c>transaction_id</c>, <c>tx_time</c> (ISO 8601), <c>customer_id</c>, <c>terminal_id</c>,
    /// <c>amount</c> (two decimals), <c>channel</c> and, with the truth, <c>fraud</c>.
    /// </summary>
    public static void WriteJson(in Payment payment, IBufferWriter<byte> target, bool withTruth)
    {
        var line = new Line(target.GetSpan(MaxLength));
        line.Add("{\"transaction_id\":\"t-"u8);
        line.AddNumber(payment.Number, 9);
        line.Add("\",\"tx_time\":\""u8);
        line.AddTime(payment.Time);
        line.Add("\",\"customer_id\":\"C"u8);
        line.AddNumber(payment.Customer, 6);
        line.Add("\",\"terminal_id\":\"T"u8);
        line.AddNumber(payment.Terminal, 6);
        line.Add("\",\"amount\":"u8);
        line.AddAmount(payment.Cents);
        line.Add(",\"channel\":\""u8);
        line.Add(TextOf(payment.Channel));
        line.Add("\""u8);
        if (withTruth)
        {
            line.Add(",\"fraud\":"u8);
            line.Add(TextOf(payment.Fraud));
        }

        line.Add("}"u8);
        target.Advance(line.Length);
    }

    /// <summary>Writes a line with the columns of <see cref="CsvHeader"/> and its line end.</summary>
    public static void WriteCsv(in Payment payment, IBufferWriter<byte> target)
    {
        var line = new Line(target.GetSpan(MaxLength));
        line.Add("t-"u8);
        line.AddNumber(payment.Number, 9);
        line.Add(","u8);
        line.AddTime(payment.Time);
        line.Add(",C"u8);
        line.AddNumber(payment.Customer, 6);
        line.Add(",T"u8);
        line.AddNumber(payment.Terminal, 6);
        line.Add(","u8);
        line.AddAmount(payment.Cents);
        line.Add(","u8);
        line.Add(TextOf(payment.Channel));
        line.Add(","u8);
        line.Add(TextOf(payment.Fraud));
        line.Add("\n"u8);
        target.Advance(line.Length);
    }

    /// <summary>
    /// Writes the truth about a payment as a JSON object without a line end: <c>transaction_id</c>, <c>fraud</c> and <c>time</c>.
    /// </summary>
    /// <param name="payment">What it is about.</param>
    /// <param name="time">When the truth came to be known, UTC.</param>
    /// <param name="target">Receives the object.</param>
    public static void WriteLabel(in Payment payment, DateTime time, IBufferWriter<byte> target)
    {
        var line = new Line(target.GetSpan(MaxLength));
        line.Add("{\"transaction_id\":\"t-"u8);
        line.AddNumber(payment.Number, 9);
        line.Add("\",\"fraud\":"u8);
        line.Add(TextOf(payment.Fraud));
        line.Add(",\"time\":\""u8);
        line.AddTime(time);
        line.Add("\"}"u8);
        target.Advance(line.Length);
    }

    /// <summary>The customer's key, as it stands in the payment: for records keyed by the primary entity.</summary>
    public static void WriteCustomer(in Payment payment, IBufferWriter<byte> target)
    {
        var line = new Line(target.GetSpan(MaxLength));
        line.Add("C"u8);
        line.AddNumber(payment.Customer, 6);
        target.Advance(line.Length);
    }

    private static ReadOnlySpan<byte> TextOf(bool value) => value ? "true"u8 : "false"u8;

    private static ReadOnlySpan<byte> TextOf(PaymentChannel channel) => channel switch
    {
        PaymentChannel.Online => "online"u8,
        PaymentChannel.Atm => "atm"u8,
        _ => "pos"u8,
    };

    private ref struct Line(Span<byte> target)
    {
        private readonly Span<byte> _target = target;

        public int Length { get; private set; }

        public void Add(scoped ReadOnlySpan<byte> text)
        {
            text.CopyTo(_target[Length..]);
            Length += text.Length;
        }

        /// <summary>A number that is not negative, with at least so many digits.</summary>
        public void AddNumber(long value, byte digits)
        {
            Utf8Formatter.TryFormat(value, _target[Length..], out var written, new StandardFormat('D', digits));
            Length += written;
        }

        public void AddAmount(int cents)
        {
            AddNumber(cents / 100, 1);
            Add("."u8);
            AddNumber(cents % 100, 2);
        }

        public void AddTime(DateTime time) => Length += EventTimeText.Format(time.Ticks, _target[Length..]);
    }
}
