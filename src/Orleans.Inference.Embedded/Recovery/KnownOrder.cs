using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Embedded.Recovery;

/// <summary>
/// What is known of the order before a crash, and what follows for the records in between: of two answered records of a partition the ones between have been
/// taken too, with numbers between theirs that no answer shows. Numbers are given earliest deadline first, which finds a way whenever there is one (Jackson's
/// rule for unit jobs); that there is one, the order that was lost shows. O(n log n).
/// </summary>
internal sealed class KnownOrder(long fromSequence, IReadOnlyDictionary<int, long> nextOffsets, IReadOnlyList<OrderedRun> journal)
{
    private readonly ILookup<int, OrderedRun> _journal = journal.ToLookup(run => run.First.Partition);
    private readonly HashSet<long> _used = [.. journal.SelectMany(run => Enumerable.Range(0, run.Count).Select(i => run.Sequence + i))];
    private readonly List<OrderedRun> _answered = [];

    /// <summary>A record whose answer was found; one that the journal has adds nothing.</summary>
    public void Add(in DeliveredRecord record)
    {
        var source = record.Source;
        foreach (var run in _journal[source.Partition])
        {
            if (source.Offset >= run.First.Offset && source.Offset <= run.LastOffset)
            {
                return;
            }
        }

        _answered.Add(new OrderedRun(record.Sequence, source, source.Offset, 1));
    }

    /// <summary>Somebody has that number.</summary>
    public void Use(long sequence) => _used.Add(sequence);

    /// <summary>Runs for what the journal does not have, in order; neighbours are one run.</summary>
    public List<OrderedRun> Rest()
    {
        _answered.AddRange(Number(Lost()));
        _answered.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        var runs = new List<OrderedRun>();
        foreach (var one in _answered)
        {
            if (runs.Count > 0 && runs[^1] is var last && last.Sequence + last.Count == one.Sequence
                && last.First.Partition == one.First.Partition && last.LastOffset + 1 == one.First.Offset)
            {
                runs[^1] = last with { LastOffset = one.LastOffset, Count = last.Count + 1 };
            }
            else
            {
                runs.Add(one);
            }
        }

        return runs;
    }

    /// <summary>Records between known ones, each with the numbers it lies between.</summary>
    private List<LostRecord> Lost()
    {
        var lost = new List<LostRecord>();
        foreach (var partition in journal.Concat(_answered).GroupBy(run => run.First.Partition))
        {
            var next = nextOffsets[partition.Key];
            var after = fromSequence - 1;
            foreach (var run in partition.OrderBy(run => run.First.Offset))
            {
                for (; next < run.First.Offset; next++)
                {
                    lost.Add(new LostRecord(new PartitionOffset(partition.Key, next), after, run.Sequence));
                }

                next = run.LastOffset + 1;
                after = run.Sequence + run.Count - 1;
            }
        }

        lost.Sort((a, b) => a.After.CompareTo(b.After));
        return lost;
    }

    private IEnumerable<OrderedRun> Number(List<LostRecord> lost)
    {
        var waiting = new PriorityQueue<LostRecord, (long Before, long Offset)>();
        var number = fromSequence;
        for (var i = 0; i < lost.Count || waiting.Count > 0;)
        {
            if (waiting.Count == 0)
            {
                number = Math.Max(number, lost[i].After + 1);
            }

            for (; i < lost.Count && lost[i].After < number; i++)
            {
                waiting.Enqueue(lost[i], (lost[i].Before, lost[i].Source.Offset));
            }

            if (_used.Contains(number))
            {
                number++;
                continue;
            }

            // An offset that the topic does not hold (a transaction's marker) was counted for a record: one may find no number, and is then new.
            var record = waiting.Dequeue();
            if (number < record.Before)
            {
                yield return new OrderedRun(number++, record.Source, record.Source.Offset, 1);
            }
        }
    }

    /// <param name="Source">Its place.</param>
    /// <param name="After">Its number is greater than this.</param>
    /// <param name="Before">Its number is less than this.</param>
    private readonly record struct LostRecord(PartitionOffset Source, long After, long Before);
}
