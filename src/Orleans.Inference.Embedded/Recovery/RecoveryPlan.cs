using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;

namespace Orleans.Inference.Embedded.Recovery;

/// <summary>
/// What to do again after a crash, and in what order. The journal says how the inputs were taken after the checkpoint; the output topics say which records have
/// been answered. Answered records are applied again without output; the others get the number, features and score that their neighbours have
/// already seen. Without a journal (a new disk), the sequence numbers in the output topics give the order of what they hold, and a record between two of
/// them that is not there itself gets a number that nobody has; see <see cref="KnownOrder"/>.
/// </summary>
internal sealed class RecoveryPlan
{
    private readonly Queue<OrderedRun> _runs;
    private readonly Dictionary<PartitionOffset, OutputTopic> _delivered;

    private RecoveryPlan(IEnumerable<OrderedRun> runs, Dictionary<PartitionOffset, OutputTopic> delivered, long nextSequence)
    {
        _runs = new Queue<OrderedRun>(runs);
        _delivered = delivered;
        NextSequence = nextSequence;
    }

    public bool IsDone => _runs.Count == 0;

    /// <summary>The run to take next.</summary>
    public OrderedRun Current => _runs.Peek();

    /// <summary>Records already taken of <see cref="Current"/>.</summary>
    public int Taken { get; private set; }

    /// <summary>Number of the first event that was never sequenced.</summary>
    public long NextSequence { get; }

    /// <summary>Records to be taken again.</summary>
    public int RecordCount => _runs.Sum(run => run.Count);

    /// <summary>Of those, how many have been answered already.</summary>
    public int DeliveredCount => _delivered.Count;

    /// <param name="fromSequence">Number of the first event after the checkpoint.</param>
    /// <param name="topic">The source topic; records of other sources, such as HTTP, cannot be read again.</param>
    /// <param name="nextOffsets">The checkpoint's next offset of each partition.</param>
    /// <param name="journal">Runs taken after the checkpoint.</param>
    /// <param name="found">What reading back the output topics found.</param>
    public static RecoveryPlan Create(
        long fromSequence,
        string topic,
        IReadOnlyDictionary<int, long> nextOffsets,
        IReadOnlyList<OrderedRun> journal,
        IReadOnlyList<DeliveredRecord> found)
    {
        var isAfter = (PartitionOffset source) => nextOffsets.TryGetValue(source.Partition, out var next) && source.Offset >= next;
        var delivered = new Dictionary<PartitionOffset, OutputTopic>();
        var ordered = new List<DeliveredRecord>();
        foreach (var record in found.Where(record => record.SourceTopic == topic && isAfter(record.Source)).OrderBy(record => record.Sequence))
        {
            if (delivered.TryAdd(record.Source, record.Topic))
            {
                ordered.Add(record);
            }
        }

        var runs = journal.Where(run => run.Sequence >= fromSequence && isAfter(run.First)).ToList();
        var known = new KnownOrder(fromSequence, nextOffsets, runs);
        foreach (var record in ordered)
        {
            known.Add(record);
        }

        foreach (var record in found)
        {
            known.Use(record.Sequence);
        }

        runs.AddRange(known.Rest());
        runs.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        var next = Math.Max(
            runs.Count == 0 ? fromSequence : Math.Max(fromSequence, runs.Max(run => run.Sequence + run.Count)),
            found.Count == 0 ? fromSequence : found.Max(record => record.Sequence) + 1);
        return new RecoveryPlan(runs, delivered, next);
    }

    /// <summary>Marks the rows whose output is already there.</summary>
    public void MarkDelivered(EventBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (_delivered.TryGetValue(batch.Sources[row], out var topic))
            {
                batch.Flags[row] |= topic == OutputTopic.DeadLetters ? RowFlags.Delivered | RowFlags.WasRejected : RowFlags.Delivered;
            }
        }
    }

    /// <summary>Records of the current run have been taken.</summary>
    public void Take(int count, bool isComplete)
    {
        Taken += count;
        if (isComplete)
        {
            Advance();
        }
    }

    /// <summary>Goes on to the next run.</summary>
    public void Advance()
    {
        Taken = 0;
        _runs.Dequeue();
    }
}
