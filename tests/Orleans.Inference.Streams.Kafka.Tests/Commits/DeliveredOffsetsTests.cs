namespace Orleans.Inference.Streams.Kafka;

public sealed class DeliveredOffsetsTests
{
    [Fact]
    public void Position_NothingRead_IsTheStart() => Assert.Equal(7, new DeliveredOffsets(7).Position);

    [Fact]
    public void Position_CompletedOutOfOrder_StaysAtTheLowestInFlight()
    {
        var offsets = new DeliveredOffsets(0);
        var (a, b, c) = (offsets.Begin(0), offsets.Begin(10), offsets.Begin(20));
        offsets.ReadTo(30);

        offsets.Complete(b);
        Assert.Equal(0, offsets.Position);
        offsets.Complete(a);
        Assert.Equal(20, offsets.Position);
        offsets.Complete(c);
        Assert.Equal(30, offsets.Position);
    }

    [Fact]
    public void Committable_AfterStartingAgain_NeverGoesBack()
    {
        var offsets = new DeliveredOffsets(0);
        var old = offsets.Begin(0);
        offsets.ReadTo(100);
        offsets.Complete(old);
        Assert.Equal(100, offsets.Committable);

        offsets.StartAgain(40);
        Assert.Equal(40, offsets.Position);
        Assert.Equal(100, offsets.Committable);

        offsets.Complete(old);
        var again = offsets.Begin(40);
        offsets.ReadTo(150);
        Assert.Equal(100, offsets.Committable);
        offsets.Complete(again);
        Assert.Equal(150, offsets.Committable);
    }

    [Fact]
    public void Position_RandomCompletions_EqualsTheOracle()
    {
        const int Seed = 20260101;
        var random = new Random(Seed);
        var offsets = new DeliveredOffsets(0);
        var inFlight = new Dictionary<long, DeliveredOffsets.InFlight>();
        long next = 0;
        for (var i = 0; i < 10_000; i++)
        {
            if (random.Next(2) == 0 || inFlight.Count == 0)
            {
                next += random.Next(3);
                inFlight[next] = offsets.Begin(next);
                offsets.ReadTo(++next);
            }
            else
            {
                var key = inFlight.Keys.ElementAt(random.Next(inFlight.Count));
                offsets.Complete(inFlight[key]);
                inFlight.Remove(key);
            }

            Assert.True(offsets.Position == (inFlight.Count == 0 ? next : inFlight.Keys.Min()), $"step {i}, seed {Seed}");
        }
    }
}
