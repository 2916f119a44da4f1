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
    private List<EntityRows>? _unsaved;
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

    /// <summary>When it was last used, in the silo's own ticks.</summary>
    public long TouchedAt { get; set; }

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
                EntityImage.ReadChange(change.Span, rows => Take(rows), prediction => _state.SetLatest(prediction));
                _changeBytes += change.Length;
            }

            _version = stored.Version;
        }
    }

    /// <summary>Whether it has taken an input up to an offset.</summary>
    public bool Has(long input, long offset)
    {
        if (offset < 0)
        {
            return true;
        }

        lock (_state)
        {
            return MarkOf(input).Last >= offset;
        }
    }

    /// <summary>Applies events; null when the entity is lost.</summary>
    public float[]? Apply(EntityRows rows)
    {
        lock (_state)
        {
            if (IsLost)
            {
                return null;
            }

            var answer = Take(rows, out var isChanged);
            if (isChanged)
            {
                (_unsaved ??= []).Add(rows);
                MarkUnsaved();
            }

            return answer;
        }
    }

    public float[] Preview(EntityRows rows)
    {
        lock (_state)
        {
            var width = 1 + _features.WordCount;
            var features = new float[rows.Words.Length / width * _features.Names.Count];
            for (var row = 0; row * width < rows.Words.Length; row++)
            {
                _features.Preview(_state, rows.Words.AsSpan((row * width) + 1, width - 1), AnswerOf(features, row));
            }

            return features;
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

    public StateWrite TakeUnsaved()
    {
        lock (_state)
        {
            var isWhole = !_writer.TakesChanges || _changeBytes > EntityImage.ChangeLimit(_wholeBytes);
            var bytes = isWhole
                ? EntityImage.Whole(_state, _marks, _features.Names.Count)
                : EntityImage.Change(_unsaved, _isLatestUnsaved ? _state.Latest : null);
            (_wholeBytes, _changeBytes) = isWhole ? (bytes.Length, 0) : (_wholeBytes, _changeBytes + bytes.Length);
            _unsaved = null;
            _isLatestUnsaved = false;
            (_isQueued, _isBeingSaved) = (false, true);
            return new StateWrite(_key, ++_version, isWhole, bytes);
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

    private void Take(EntityRows rows) => Take(rows, out _);

    private float[] Take(EntityRows rows, out bool isChanged)
    {
        var width = 1 + _features.WordCount;
        var answers = new float[rows.Words.Length / width * _features.Names.Count];
        var mark = MarkOf(rows.Input);
        mark.Forget(rows.Committed);
        isChanged = false;
        for (var row = 0; row * width < rows.Words.Length; row++)
        {
            var offset = rows.Words[row * width];
            var words = rows.Words.AsSpan((row * width) + 1, width - 1);
            var features = AnswerOf(answers, row);
            if (offset > mark.Last)
            {
                _features.Apply(_state, words, rows.Horizon, features);
                mark.Remember(offset, answers, row * features.Length);
                isChanged = true;
            }
            else if (!mark.TryRecall(offset, features))
            {
                // Committed and sent again all the same, by somebody who moved the input back: as of its time now.
                _features.ReadAt(_state, words[0], features);
            }
        }

        return answers;
    }

    private Span<float> AnswerOf(float[] features, int row) => features.AsSpan(row * _features.Names.Count, _features.Names.Count);

    private InputMark MarkOf(long input)
    {
        foreach (var mark in _marks)
        {
            if (mark.Input == input)
            {
                return mark;
            }
        }

        var added = new InputMark(input, -1);
        _marks.Add(added);
        return added;
    }
}
