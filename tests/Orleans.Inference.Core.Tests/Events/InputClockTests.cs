namespace Orleans.Inference.Events;

public sealed class InputClockTests
{
    [Fact]
    public void TryAccept_IsLateOnlyBeforeTheClockMinusTheLateness()
    {
        //        lateness 10
        //   [-----------]
        //   90         100     95: in bounds; 90: just in bounds; 89: late, and the clock stays
        var clock = new InputClock(10);
        Assert.Equal(long.MinValue, clock.Limit);
        Assert.True(clock.TryAccept(100));
        Assert.True(clock.TryAccept(95));
        Assert.True(clock.TryAccept(90));
        Assert.False(clock.TryAccept(89));
        Assert.Equal((100L, 90L), (clock.Time, clock.Limit));
        Assert.True(clock.TryAccept(101));
        Assert.False(clock.TryAccept(90));
        Assert.Equal((101L, 91L), (clock.Time, clock.Limit));
    }

    [Fact]
    public void TryAccept_WithoutLateness_TakesEqualTimes()
    {
        var clock = new InputClock(0);
        Assert.True(clock.TryAccept(5));
        Assert.True(clock.TryAccept(5));
        Assert.False(clock.TryAccept(4));
    }

    [Fact]
    public void Restore_PutsTheClockWhereItWas()
    {
        var clock = new InputClock(10);
        clock.Restore(50);
        Assert.False(clock.TryAccept(39));
        Assert.True(clock.TryAccept(40));
        clock.Restore(long.MinValue);
        Assert.True(clock.TryAccept(0));
    }
}
