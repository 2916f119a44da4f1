using System.Runtime.CompilerServices;

namespace Orleans.Inference.Commands.Simulation;

/// <summary>Lets a stream of payments run with the wall clock: each comes when its time has come.</summary>
public static class PaymentPacer
{
    private const int MaxTogether = 4096;

    // Waiting for each payment alone would cost more than making thousands a second.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(5);

    /// <summary>The payments that are due, some 5 ms together; the memory is valid until the next.</summary>
    /// <param name="payments">In order of time. Those of the past come at once.</param>
    /// <param name="timeProvider">The wall clock.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<Payment>> PaceAsync(
        IEnumerable<Payment> payments, TimeProvider timeProvider, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var together = new Payment[MaxTogether];
        var count = 0;
        var now = timeProvider.GetUtcNow().UtcDateTime;
        foreach (var payment in payments)
        {
            if (count == MaxTogether || (count > 0 && payment.Time > now))
            {
                yield return together.AsMemory(0, count);
                count = 0;
                now = timeProvider.GetUtcNow().UtcDateTime;
            }

            while (payment.Time > now)
            {
                var wait = payment.Time - now;
                await Task.Delay(wait > ShortestWait ? wait : ShortestWait, timeProvider, cancellationToken);
                now = timeProvider.GetUtcNow().UtcDateTime;
            }

            together[count++] = payment;
        }

        if (count > 0)
        {
            yield return together.AsMemory(0, count);
        }
    }
}
