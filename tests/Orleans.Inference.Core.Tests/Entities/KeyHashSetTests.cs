using Orleans.Inference.Entities;

namespace Orleans.Inference.Core.Tests.Entities;

public class KeyHashSetTests
{
    [Fact]
    public void Contains_ManyHashesWithZeroAndNeighbours_HoldsExactlyThose()
    {
        var set = new KeyHashSet();
        var oracle = new HashSet<ulong>();
        var random = new Random(7);
        for (var i = 0; i < 50_000; i++)
        {
            // Small numbers collide and come twice; shifted ones share their low bits.
            var hash = (ulong)random.Next(20_000) << (i % 3 * 16);
            set.Add(hash);
            oracle.Add(hash);
        }

        Assert.Equal(oracle.Count, set.Count);
        for (ulong hash = 0; hash < 70_000; hash++)
        {
            Assert.Equal(oracle.Contains(hash), set.Contains(hash));
        }
    }

    [Fact]
    public async Task Contains_WhileAnotherThreadAdds_NeverLosesWhatWasThere()
    {
        var set = new KeyHashSet();
        for (ulong hash = 1; hash <= 1000; hash++)
        {
            set.Add(hash);
        }

        var adding = Task.Run(
            () =>
            {
                for (ulong hash = 1001; hash <= 200_000; hash++)
                {
                    set.Add(hash);
                }
            },
            TestContext.Current.CancellationToken);
        while (!adding.IsCompleted)
        {
            for (ulong hash = 1; hash <= 1000; hash++)
            {
                Assert.True(set.Contains(hash));
            }
        }

        await adding;
        Assert.Equal(200_000, set.Count);
    }
}
