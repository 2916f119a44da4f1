namespace Orleans.Inference.Commands.Simulation;

/// <summary>A simulated card payment.</summary>
/// <param name="Number">Its place in the stream; shown as <c>t-000000123</c>.</param>
/// <param name="Time">UTC, in whole milliseconds; never before the payment with the number before.</param>
/// <param name="Customer">Shown as <c>C000123</c>.</param>
/// <param name="Terminal">Shown as <c>T000123</c>.</param>
/// <param name="Cents">The amount in hundredths, at least 1.</param>
/// <param name="Channel">How it was paid.</param>
/// <param name="Scenario">Why it is a fraud, or none.</param>
public readonly record struct Payment(
    long Number, DateTime Time, int Customer, int Terminal, int Cents, PaymentChannel Channel, FraudScenario Scenario)
{
    public double Amount => Cents / 100.0;

    public bool Fraud => Scenario != FraudScenario.None;
}

/// <summary>How a payment was made; in lower case in its text.</summary>
public enum PaymentChannel : byte
{
    Pos,
    Online,
    Atm,
}

/// <summary>The kinds of fraud in the simulation.</summary>
public enum FraudScenario : byte
{
    None,

    /// <summary>The amount is above 220: easy to see in the event itself.</summary>
    TooLarge,

    /// <summary>The terminal was compromised within the last 28 days: every payment at it is a fraud.</summary>
    CompromisedTerminal,

    /// <summary>The card was stolen within the last 14 days: a third of its payments have five times the amount and are frauds.</summary>
    StolenCard,
}
