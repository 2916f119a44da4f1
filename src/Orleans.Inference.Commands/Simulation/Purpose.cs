namespace Orleans.Inference.Commands.Simulation;

/// <summary>What a generator is for; each has numbers of its own, so that drawing more for one changes none of the others.</summary>
internal static class Purpose
{
    public const ulong Customers = 1;
    public const ulong Terminals = 2;
    public const ulong Channels = 3;
    public const ulong Counts = 4;
    public const ulong Payments = 5;
    public const ulong StolenCards = 6;
    public const ulong CompromisedTerminals = 7;
}
