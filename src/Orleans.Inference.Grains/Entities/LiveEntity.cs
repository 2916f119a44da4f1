using Orleans.Inference.Checkpoints;
using Orleans.Inference.Entities;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// An entity in memory: Core's state, what it has answered, and what of it is not saved. Changed in its grain's turn; the writer and readers of its silo come from other
/// threads, hence the lock, which is held for one event's work.
/// </summary>
internal sealed class LiveEntity : IUnsavedState
{
    private readonly EntityFeatures _features;
    private readonly StateWriter _writer;
    private readonly EntityState _state;
    private readonly StateKey _key;
    private readonly List<InputMark> _marks = [];
    private ByteWriter? _unsaved;
    private bool _isLatestUnsaved;
    private bool _isQueued;
    private bool _isBeingSaved;
    private long _version;
    private int _wholeBytes;
    private int _changeBytes;

    public LiveEntity(EntityFeatures features, StateWriter writer, StateKey key)
    {
        _features = features;
        _writer = writer;
        _key = key;
        _state = features.Create(key.Key.Span);
    }

    /// <summary>Has taken an event, now or ever.</summary>
    public bool Exists => Volatile.Read(ref _version) > 0 || _isQueued;

    /// <summary>Somebody else owns the entity: what this one holds is worth nothing.</summary>
    public bool IsLost { get; private set; }

    public bool IsSaved
    {
        get
        {
            lock (_state)
            {
                return !_isQueued && !_isBeingSaved;
            }
        }
    }

    /// <summary>The sweep of <see cref="ActiveEntities"/> in which it was last used.</summary>
    public int UsedIn { get; set; }

    public byte[] Key => _state.Key;

    /// <summary>Fills a new entity from what was stored.</summary>
    public void Load(StoredState stored)
    {
        lock (_state)
        {
            EntityImage.LoadWhole(stored.Whole.Span, _state, _marks, _features.Names.Count);
            _wholeBytes = stored.Whole.Length;
            foreach (var change in stored.Changes)
            {
                EntityImage.ReadChange(change.Span, rows => Take(MarkOf(rows.Input), rows, new float[AnswerLengthOf(rows)]), prediction => _state.SetLatest(prediction));
                _changeBytes += change.Length;
            }

            _version = stored.Version;
        }
    }

    /// <summary>Features in the answer to rows.</summary>
    public int AnswerLengthOf(EntityRows rows) => rows.Words.Length / (1 + _features.WordCount) * _features.Names.Count;

    /// <summary>Applies events that it has not taken yet.</summary>
    /// <param name="rows">The events.</param>
    /// <param name="features">Receives <see cref="AnswerLengthOf"/> features, unless nothing was applied.</param>
    public ApplyResult Apply(EntityRows rows, Span<float> features)
    {
        lock (_state)
        {
            if (IsLost)
            {
                return ApplyResult.Lost;
            }

            var mark = MarkOf(rows.Input);
            if (rows.SentBefore > mark.Last)
            {
                return ApplyResult.EventsMissing;
            }

            if (Take(mark, rows, features))
            {
                EntityImage.WriteRows(_unsaved ??= _writer.Buffers.Rent(), rows);
                MarkUnsaved();
            }

            return ApplyResult.Done;
        }
    }

    /// <summary>As <see cref="Apply"/>, each event as if it alone were applied; nothing changes.</summary>
    public void Preview(EntityRows rows, Span<float> features)
    {
        lock (_state)
        {
            var width = 1 + _features.WordCount;
            for (var row = 0; row * width < rows.Words.Length; row++)
            {
                _features.Preview(_state, rows.Words.AsSpan((row * width) + 1, width - 1), AnswerOf(features, row));
            }
        }
    }

    public void SetLatest(ReadOnlySpan<byte> prediction)
    {
        lock (_state)
        {
            _state.SetLatest(prediction);
            _isLatestUnsaved = true;
            MarkUnsaved();
        }
    }

    /// <summary>A copy of the latest prediction, or null. Any thread, without waiting.</summary>
    public byte[]? Latest() => _state.Latest?.Read();

    public EntityReading? Read(long? at)
    {
        lock (_state)
        {
            if (!Exists)
            {
                return null;
            }

            var features = new float[_features.Names.Count];
            var moment = at ?? _state.UpdatedAt;
            _features.ReadAt(_state, moment, features);
            return new EntityReading { Features = features, UpdatedAt = _state.UpdatedAt, AsOf = moment };
        }
    }

    public StateVersion TakeUnsaved(ByteWriter bytes)
    {
        lock (_state)
        {
            var start = bytes.Length;
            var isWhole = !_writer.TakesChanges || _changeBytes > EntityImage.ChangeLimit(_wholeBytes);
            if (isWhole)
            {
                EntityImage.WriteWhole(bytes, _state, _marks);
            }
            else
            {
                WriteChange(bytes);
            }

            var length = bytes.Length - start;
            (_wholeBytes, _changeBytes) = isWhole ? (length, 0) : (_wholeBytes, _changeBytes + length);
            _writer.Buffers.Return(ref _unsaved);
            _isLatestUnsaved = false;
            (_isQueued, _isBeingSaved) = (false, true);
            return new StateVersion(_key, ++_version, isWhole);
        }
    }

    public void Saved()
    {
        lock (_state)
        {
            _isBeingSaved = false;
        }
    }

    public void Lose()
    {
        lock (_state)
        {
            IsLost = true;
        }
    }

    private void MarkUnsaved()
    {
        if (!_isQueued)
        {
            _isQueued = true;
            _writer.Add(this);
        }
    }

    private void WriteChange(ByteWriter bytes)
    {
        if (_unsaved is not null)
        {
            bytes.Bytes(_unsaved.Written.Span);
        }

        if (_isLatestUnsaved && _state.Latest is { } latest)
        {
            EntityImage.WritePrediction(bytes, latest);
        }
    }

    /// <summary>Answers every row, and applies those that are new; whether any was.</summary>
    private bool Take(InputMark mark, EntityRows rows, Span<float> answers)
    {
        var width = 1 + _features.WordCount;
        mark.Forget(rows.Committed);
        var isChanged = false;
        for (var row = 0; row * width < rows.Words.Length; row++)
        {
            var offset = rows.Words[row * width];
            var words = rows.Words.AsSpan((row * width) + 1, width - 1);
            var features = AnswerOf(answers, row);
            if (offset > mark.Last)
            {
                _features.Apply(_state, words, rows.Horizon, features);
                mark.Remember(offset, features);
                isChanged = true;
            }
            else if (!mark.TryRecall(offset, features))
            {
                // Committed and sent again all the same, by somebody who moved the input back: as of its time now.
                _features.ReadAt(_state, words[0], features);
            }
        }

        return isChanged;
    }

    private Span<float> AnswerOf(Span<float> features, int row) => features.Slice(row * _features.Names.Count, _features.Names.Count);

    private InputMark MarkOf(long input)
    {
        foreach (var mark in _marks)
        {
            if (mark.Input == input)
            {
                return mark;
            }
        }

        var added = new InputMark(input, -1, _features.Names.Count);
        _marks.Add(added);
        return added;
    }
}
