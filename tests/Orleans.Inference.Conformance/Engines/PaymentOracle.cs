using System.Text.Json;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>Outcome and features of each payment by the definitions alone: lists that are walked from end to end for every event.</summary>
internal sealed class PaymentOracle
{
    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(10);

    private readonly List<Event> _accepted = [];
    private DateTime _clock = DateTime.MinValue;

    /// <summary>Takes the next payment; no features unless it is accepted.</summary>
    public (Outcome Outcome, double[] Features) Take(byte[] json)
    {
        if (Read(json) is not { } payment)
        {
            return (Outcome.Rejected, []);
        }

        if (_clock != DateTime.MinValue && payment.At < _clock - Lateness)
        {
            return (Outcome.Late, []);
        }

        _clock = payment.At > _clock ? payment.At : _clock;
        _accepted.Add(payment);
        var hour = Of(payment, e => e.Customer == payment.Customer, 60, 0);
        var day = Of(payment, e => e.Customer == payment.Customer, 1440, 0);
        var terminal = Of(payment, e => e.Terminal is not null && e.Terminal == payment.Terminal, 60, 10);
        var terminalDay = Of(payment, e => e.Terminal is not null && e.Terminal == payment.Terminal, 1440, 0);
        return (
            payment.Amount < EnginePipeline.LeastAmount ? Outcome.Fallback : Outcome.Scored,
            [
                payment.Amount,
                hour.Count,
                (double)hour.Sum(e => (decimal)e.Amount),
                (double)day.Average(e => (decimal)e.Amount),
                day.Count(e => e.IsOnline),
                terminal.Count,
                terminalDay.Count == 0 ? -1 : (double)terminalDay.Average(e => (decimal)e.Amount),
            ]);
    }

    /// <summary>Events in (t - delay - window, t - delay].</summary>
    private List<Event> Of(Event current, Func<Event, bool> isSame, int minutes, int delay) =>
    [
        .. _accepted.Where(e => isSame(e) && e.At > current.At.AddMinutes(-minutes - delay) && e.At <= current.At.AddMinutes(-delay)),
    ];

    private static Event? Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var channel = root.TryGetProperty("channel", out var text) ? text.GetString() : "pos";
            var amount = root.GetProperty("amount").GetDouble();
            return amount < 0 || channel is not ("pos" or "online") || !root.TryGetProperty("customer", out var customer)
                ? null
                : new Event(
                    root.GetProperty("at").GetDateTime().ToUniversalTime(),
                    customer.GetString()!,
                    root.TryGetProperty("terminal", out var terminal) ? terminal.GetString() : null,
                    amount,
                    channel == "online");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Event(DateTime At, string Customer, string? Terminal, double Amount, bool IsOnline);
}
