using Orleans.Inference.Checkpoints;
using Orleans.Inference.Entities;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Memory;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// An entity in memory: Core's state, what it has answered, and what of it is not saved. Changed in its grain's turn; the writer and readers of its silo come from other
/// threads, hence the lock, which is held for one event's work.
/// </summary>
internal sealed class LiveEntity : IUnsavedState
{
    /// <summary>Of the cache: what is made together with the entity lies behind it.</summary>
    private const int OwnLines = 8;

    private readonly EntityFeatures _features;
    private readonly StateWriter _writer;
    private readonly EntityState _state;
    private readonly StateKey _key;
    private readonly EntityJournal _journal;
    private bool _isLatestUnsaved;
    private bool _isQueued;
    private bool _isBeingSaved;
    private bool _isClosed;
    private long _version;
    private int _wholeBytes;
    private int _changeBytes;

    public LiveEntity(EntityFeatures features, StateWriter writer, StateKey key)
    {
        _features = features;
        _writer = writer;
        _key = key;
        _state = features.Create(key.Key.Span);
        _journal = new EntityJournal(features.WordCount, features.Names.Count);
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
                return IsLost || (!_isQueued && !_isBeingSaved);
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
            EntityImage.LoadWhole(stored.Whole.Span, _state, _journal);
            _wholeBytes = stored.Whole.Length;
            var answer = new float[_features.Names.Count];
            foreach (var change in stored.Changes)
            {
                EntityImage.ReadChange(change.Span, _features.WordCount, row => TakeStored(row, answer), prediction => _state.SetLatest(prediction));
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

            var mark = _journal.MarkOf(rows.Input);
            if (rows.SentBefore > _journal.LastOf(mark))
            {
                return ApplyResult.EventsMissing;
            }

            Take(mark, rows, features);
            if (_journal.HasUnsaved)
            {
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

    /// <summary>Keeps the latest prediction; false when the entity is leaving memory, or somebody else owns it.</summary>
    public bool TrySetLatest(ReadOnlySpan<byte> prediction)
    {
        lock (_state)
        {
            if (_isClosed || IsLost)
            {
                return false;
            }

            _state.SetLatest(prediction);
            _isLatestUnsaved = true;
            MarkUnsaved();
            return true;
        }
    }

    /// <summary>Leaves memory after what is unsaved has been saved: nothing more is taken from other threads.</summary>
    public void Close()
    {
        lock (_state)
        {
            _isClosed = true;
        }
    }

    /// <summary>Starts to bring the entity into the cache, for <see cref="PrefetchState"/> to read. Any thread.</summary>
    public void Prefetch() => CacheLine.Prefetch(in _version, OwnLines);

    /// <summary>Starts to bring what its next event will touch into the cache. Any thread.</summary>
    public void PrefetchState()
    {
        _state.Prefetch();
        _journal.Prefetch();
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
                EntityImage.WriteWhole(bytes, _state, _journal);
            }
            else
            {
                WriteChange(bytes);
            }

            var length = bytes.Length - start;
            (_wholeBytes, _changeBytes) = isWhole ? (length, 0) : (_wholeBytes, _changeBytes + length);
            _journal.MarkSaved();
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
        _journal.WriteUnsaved(bytes);
        if (_isLatestUnsaved && _state.Latest is { } latest)
        {
            EntityImage.WritePrediction(bytes, latest);
        }
    }

    /// <summary>Answers every row, and applies those that are new.</summary>
    private void Take(int mark, EntityRows rows, Span<float> answers)
    {
        var width = 1 + _features.WordCount;
        _journal.Committed(mark, rows.Committed);
        for (var row = 0; row * width < rows.Words.Length; row++)
        {
            var offset = rows.Words[row * width];
            var words = rows.Words.AsSpan((row * width) + 1, width - 1);
            var features = AnswerOf(answers, row);
            if (offset > _journal.LastOf(mark))
            {
                _features.Apply(_state, words, rows.Horizon, features);
                _journal.Add(mark, offset, words, features);
            }
            else if (!_journal.TryRecall(mark, offset, features))
            {
                // Committed, forgotten, and sent again all the same, by somebody who moved the input back: as of its time now.
                _features.ReadAt(_state, words[0], features);
            }
        }
    }

    private void TakeStored(EntityRows row, float[] answer)
    {
        Take(_journal.MarkOf(row.Input), row, answer);
        _journal.MarkSaved();
    }

    private Span<float> AnswerOf(Span<float> features, int row) => features.Slice(row * _features.Names.Count, _features.Names.Count);
}
