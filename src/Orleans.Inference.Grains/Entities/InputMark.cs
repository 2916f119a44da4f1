using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Grains.Entities;

/// <summary>How far an entity has taken one input, and what it answered for offsets that the input has not committed: the answers to give again. Under the entity's lock.</summary>
/// <param name="input">Whose.</param>
/// <param name="last">The last offset applied.</param>
/// <param name="featureCount">Features of an answer.</param>
internal sealed class InputMark(long input, long last, int featureCount)
{
    // Arrays that are used over and over: an object for every answer would live just long enough to be the collector's most expensive kind.
    private long[] _offsets = [];
    private float[] _features = [];
    private int _count;

    public long Input { get; } = input;

    /// <summary>The last offset applied.</summary>
    public long Last { get; private set; } = last;

    /// <summary>The input has committed everything before an offset.</summary>
    public void Forget(long committed)
    {
        var forgotten = 0;
        while (forgotten < _count && _offsets[forgotten] < committed)
        {
            forgotten++;
        }

        if (forgotten > 0)
        {
            _count -= forgotten;
            Array.Copy(_offsets, forgotten, _offsets, 0, _count);
            Array.Copy(_features, forgotten * featureCount, _features, 0, _count * featureCount);
        }
    }

    public void Remember(long offset, ReadOnlySpan<float> features)
    {
        if (_count == _offsets.Length)
        {
            var capacity = Math.Max(2, 2 * _count);
            Array.Resize(ref _offsets, capacity);
            Array.Resize(ref _features, capacity * featureCount);
        }

        Last = offset;
        _offsets[_count] = offset;
        features.CopyTo(AnswerAt(_count));
        _count++;
    }

    /// <summary>What was answered for an offset; false when it has been forgotten.</summary>
    public bool TryRecall(long offset, Span<float> features)
    {
        var index = _offsets.AsSpan(0, _count).BinarySearch(offset);
        if (index < 0)
        {
            return false;
        }

        AnswerAt(index).CopyTo(features);
        return true;
    }

    public void Store(ByteWriter writer)
    {
        writer.Int64(Input);
        writer.Int64(Last);
        writer.Int32(_count);
        for (var i = 0; i < _count; i++)
        {
            writer.Int64(_offsets[i]);
            foreach (var feature in AnswerAt(i))
            {
                writer.Int32(BitConverter.SingleToInt32Bits(feature));
            }
        }
    }

    public static InputMark Load(ref ByteReader reader, int featureCount)
    {
        var (input, last) = (reader.Int64(), reader.Int64());
        var mark = new InputMark(input, last, featureCount);
        var features = new float[featureCount];
        for (var left = reader.Int32(); left > 0; left--)
        {
            var offset = reader.Int64();
            for (var f = 0; f < featureCount; f++)
            {
                features[f] = BitConverter.Int32BitsToSingle(reader.Int32());
            }

            mark.Remember(offset, features);
        }

        mark.Last = last;
        return mark;
    }

    private Span<float> AnswerAt(int index) => _features.AsSpan(index * featureCount, featureCount);
}
