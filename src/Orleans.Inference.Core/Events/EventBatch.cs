using Orleans.Inference.Delivery;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Events;

/// <summary>
/// Events that travel together: the unit of work, of ordering and of one model call. Columns over rows, reused from batch to batch so that steady
/// state allocates nothing. Owned by one stage at a time, except that shards write disjoint cells of <see cref="Features"/> in parallel.
/// </summary>
public sealed class EventBatch
{
    private byte[] _text = new byte[16 * 1024];

    public EventBatch(PipelineModel pipeline, int capacity)
    {
        Pipeline = pipeline;
        Capacity = capacity;
        Columns = [.. pipeline.Fields.Select(field => new Column(field, capacity))];
        Keys = [.. pipeline.Entities.Select(_ => new EntityKeyColumn(capacity))];
        Outcomes = new Outcome[capacity];
        EventIds = new TextSlice[capacity];
        Rejections = new Rejection[capacity];
        EventTimes = new long[capacity];
        Sources = new PartitionOffset[capacity];
        Timestamps = new long[capacity];
        Flags = new RowFlags[capacity];
        Features = new float[capacity * pipeline.Features.Count];
        Scores = new float[capacity];
        Versions = new int[capacity];
        Variants = new Variant[capacity];
        Decisions = new byte[capacity];
    }

    public PipelineModel Pipeline { get; }

    /// <summary>Largest number of rows.</summary>
    public int Capacity { get; }

    /// <summary>Rows held.</summary>
    public int Count { get; internal set; }

    /// <summary>Sequence number of row 0; row r has this plus r.</summary>
    public long FirstSequence { get; set; }

    /// <summary>Name of the input's topic, as predictions show it: the source topic, or <c>http</c>.</summary>
    public string SourceTopic { get; set; } = "";

    /// <summary>No row's event can be older than this on any input; entities may drop what no event from here on can need. UTC ticks.</summary>
    public long Horizon { get; set; } = long.MinValue;

    /// <summary>The raw records the rows came from, row for row; dead letters need them. Null in a replay.</summary>
    public RecordBatch? Records { get; set; }

    /// <summary>One per field, in schema order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>One per entity type.</summary>
    public IReadOnlyList<EntityKeyColumn> Keys { get; }

    /// <summary><see cref="Outcome.Scored"/> until something else is known.</summary>
    public readonly Outcome[] Outcomes;

    /// <summary>Of rejected rows.</summary>
    public readonly Rejection[] Rejections;

    /// <summary>UTC ticks; 0 where a rejected row's time could not be read.</summary>
    public readonly long[] EventTimes;

    public readonly PartitionOffset[] Sources;

    /// <summary>When the record reached its source (HTTP: when the request arrived): UTC ticks.</summary>
    public readonly long[] Timestamps;

    public readonly RowFlags[] Flags;

    /// <summary>The model's input: row-major [Count x F] float32; NaN is a missing value.</summary>
    public readonly float[] Features;

    public readonly float[] Scores;

    public readonly int[] Versions;

    public readonly Variant[] Variants;

    /// <summary>Indices into the pipeline's decisions, or <see cref="Orleans.Inference.Decisions.DecisionModel.None"/>.</summary>
    public readonly byte[] Decisions;

    /// <summary>When the batch was scored: UTC ticks.</summary>
    public long ScoredAt { get; set; }

    /// <summary>Revision of the route that the batch was scored under.</summary>
    public int Revision { get; set; } = 1;

    /// <summary>All text of the batch's rows, as UTF-8.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, TextLength);

    internal int TextLength { get; private set; }

    public int FeatureCount => Pipeline.Features.Count;

    /// <summary>A row that is applied to state and scored: neither rejected nor late.</summary>
    public bool IsAccepted(int row) => Outcomes[row] is not (Outcome.Rejected or Outcome.Late);

    public ReadOnlySpan<byte> TextOf(TextSlice slice) => _text.AsSpan(slice.Start, slice.Length);

    /// <summary>The event's id; empty where it could not be read.</summary>
    public ReadOnlySpan<byte> EventIdOf(int row) => TextOf(EventIds[row]);

    /// <summary>The key of the row's entity of a type; empty where there is none.</summary>
    public ReadOnlySpan<byte> KeyOf(int entityType, int row) => TextOf(Keys[entityType].Slices[row]);

    public Span<float> FeaturesOf(int row) => Features.AsSpan(row * FeatureCount, FeatureCount);

    internal readonly TextSlice[] EventIds;

    /// <summary>Empties the batch for reuse.</summary>
    public void Clear()
    {
        Count = 0;
        TextLength = 0;
        if (_text.Length > 4 * 1024 * 1024)
        {
            // One run of huge records must not hold their memory for ever.
            _text = new byte[16 * 1024];
        }

        Records = null;
        Array.Clear(Flags);
    }

    /// <summary>Appends text and tells where it went.</summary>
    internal TextSlice AddText(ReadOnlySpan<byte> text)
    {
        var start = TextLength;
        text.CopyTo(ReserveText(text.Length));
        TextLength += text.Length;
        return new TextSlice(start, text.Length);
    }

    /// <summary>Room for at least that many bytes at the end of the text; <see cref="CommitText"/> keeps what was written.</summary>
    internal Span<byte> ReserveText(int length)
    {
        if (TextLength + length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(TextLength + length, _text.Length * 2));
        }

        return _text.AsSpan(TextLength);
    }

    internal TextSlice CommitText(int length)
    {
        var start = TextLength;
        TextLength += length;
        return new TextSlice(start, length);
    }
}

/// <summary>The keys of one entity type for the rows of a batch.</summary>
public sealed class EntityKeyColumn
{
    internal EntityKeyColumn(int capacity)
    {
        Slices = new TextSlice[capacity];
        Hashes = new ulong[capacity];
        Present = new bool[capacity];
    }

    public readonly TextSlice[] Slices;

    /// <summary>xxHash64 of the key's UTF-8, seed 0.</summary>
    public readonly ulong[] Hashes;

    /// <summary>False where the row has no such entity: its window features take their defaults.</summary>
    public readonly bool[] Present;
}

/// <summary>What is special about a row.</summary>
[Flags]
public enum RowFlags : byte
{
    None = 0,

    /// <summary>Features and score are computed as if the event happened; no state, clock, count or output changes.</summary>
    DryRun = 1,

    /// <summary>Applied and scored, but its output is already in the sink.</summary>
    Delivered = 2,

    /// <summary>A dead letter before a crash: too far ahead of the wall clock then, and rejected again whatever the clock says now.</summary>
    WasRejected = 4,
}
