namespace Orleans.Inference.Commands.Simulation;

/// <summary>One customer's habits.</summary>
/// <param name="MeanAmount">Mean amount of a payment; its standard deviation is half of it.</param>
/// <param name="Hour">The hour of the day (UTC) around which the customer pays.</param>
/// <param name="OnlineShare">Share of payments made in online shops.</param>
/// <param name="FirstNear">Place of the customer's terminals in <see cref="PaymentPopulation.Near"/>.</param>
/// <param name="NearCount">How many terminals are within reach.</param>
internal readonly record struct CustomerModel(double MeanAmount, double Hour, double OnlineShare, int FirstNear, int NearCount);
