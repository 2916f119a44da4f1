using Orleans.Configuration;

namespace Orleans.Inference.Grains.Hosting.Membership;

/// <summary>How soon a cluster notices that a silo is gone, and how long it remembers it.</summary>
public static class MembershipTiming
{
    /// <summary>
    /// A silo that has died is out of the cluster about 4 s later: neighbours ask every second, three unanswered questions are a suspicion, two suspicions (one, in a cluster
    /// of two) a verdict. A pause of the process or the network of that length costs a silo its place too; it then ends and is started again by whoever watches over it.
    /// The table forgets dead silos after a day.
    /// </summary>
    public static ISiloBuilder UseMembershipTiming(this ISiloBuilder silo) => silo.Configure<ClusterMembershipOptions>(options =>
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(1);
        options.NumMissedProbesLimit = 3;
        options.NumVotesForDeathDeclaration = 2;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
        options.DefunctSiloExpiration = TimeSpan.FromDays(1);
        options.DefunctSiloCleanupPeriod = TimeSpan.FromMinutes(10);
    });
}
