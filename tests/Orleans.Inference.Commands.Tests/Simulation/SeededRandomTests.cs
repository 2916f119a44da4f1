using Orleans.Inference.Commands.Simulation;

namespace Orleans.Inference.Commands.Tests.Simulation;

public sealed class SeededRandomTests
{
    [Fact]
    public void Next_SameSeedPurposeAndIndex_IsTheSame()
    {
        var first = new SeededRandom(1, 2, 3);
        var second = new SeededRandom(1, 2, 3);
        Assert.Equal(Draw(ref first), Draw(ref second));
    }

    [Theory]
    [InlineData(2, 2, 3)]
    [InlineData(1, 3, 3)]
    [InlineData(1, 2, 4)]
    public void Next_AnotherSeedPurposeOrIndex_Differs(ulong seed, ulong purpose, ulong index)
    {
        var first = new SeededRandom(1, 2, 3);
        var second = new SeededRandom(seed, purpose, index);
        Assert.NotEqual(Draw(ref first), Draw(ref second));
    }

    [Fact]
    public void NextNormal_ManyDraws_HaveMeanZeroAndDeviationOne()
    {
        var random = new SeededRandom(1);
        var sum = 0.0;
        var squares = 0.0;
        const int Draws = 1_000_000;
        for (var i = 0; i < Draws; i++)
        {
            var value = random.NextNormal();
            sum += value;
            squares += value * value;
        }

        Assert.Equal(0, sum / Draws, 0.005);
        Assert.Equal(1, Math.Sqrt(squares / Draws), 0.005);
    }

    [Fact]
    public void NextInt_ManyDraws_AreEvenlySpread()
    {
        var random = new SeededRandom(1);
        var counts = new int[10];
        for (var i = 0; i < 1_000_000; i++)
        {
            counts[random.NextInt(10)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 98_500, 101_500));
    }

    [Fact]
    public void WeightedChoice_ManyDraws_FollowTheWeights()
    {
        var choice = new WeightedChoice([1, 0, 3, 6]);
        var random = new SeededRandom(1);
        var counts = new int[4];
        for (var i = 0; i < 1_000_000; i++)
        {
            counts[choice.Draw(ref random)]++;
        }

        Assert.InRange(counts[0], 98_000, 102_000);
        Assert.Equal(0, counts[1]);
        Assert.InRange(counts[2], 297_000, 303_000);
        Assert.InRange(counts[3], 597_000, 603_000);
    }

    private static ulong[] Draw(ref SeededRandom random)
    {
        var numbers = new ulong[8];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = random.Next();
        }

        return numbers;
    }
}
