namespace Orleans.Inference.Events;

public sealed class RejectionTests
{
    [Fact]
    public void Text_OfEveryReason_IsItsOwn()
    {
        var reasons = Enum.GetValues<RejectReason>();
        Assert.Equal(reasons.Length, reasons.Select(reason => new Rejection(-1, reason).Text).Distinct().Count());
        Assert.Equal("in the future", new Rejection(1, RejectReason.InTheFuture).Text);
        Assert.True(Rejection.None.IsNone);
        Assert.All(reasons.Skip(1), reason => Assert.NotEqual("none", new Rejection(-1, reason).Text));
    }
}
