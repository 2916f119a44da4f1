namespace Orleans.Inference.Windows;

/// <summary>
/// A span of event time before an event at t: (t - delay - span, t - delay], open at the start, closed at the end. Without a span
/// (<c>forever</c>) it is everything up to t - delay.
/// </summary>
/// <param name="SpanTicks">The span in ticks of 100 ns, or null for <c>forever</c>.</param>
/// <param name="DelayTicks">The delay in ticks of 100 ns; 0 includes the current event.</param>
public readonly record struct WindowModel(long? SpanTicks, long DelayTicks);
