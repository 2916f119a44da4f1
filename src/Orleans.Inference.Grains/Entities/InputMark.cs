using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Grains.Entities;

/// <summary>How far an entity has taken one input, and what it answered for offsets that the input has not committed: the answers to give again. Under the entity's lock.</summary>
internal sealed class InputMark(long input, long last)
{
    private readonly List<Answer> _answers = [];

    public long Input { get; } = input;

    /// <summary>The last offset applied.</summary>
    public long Last { get; private set; } = last;

    /// <summary>The input has committed everything before an offset.</summary>
    public void Forget(long committed)
    {
        var count = 0;
        while (count < _answers.Count && _answers[count].Offset < committed)
        {
            count++;
        }

        _answers.RemoveRange(0, count);
    }

    public void Remember(long offset, float[] features, int start)
    {
        Last = offset;
        _answers.Add(new Answer(offset, features, start));
    }

    /// <summary>What was answered for an offset; false when it has been forgotten.</summary>
    public bool TryRecall(long offset, Span<float> features)
    {
        foreach (var answer in _answers)
        {
            if (answer.Offset == offset)
            {
                answer.Features.AsSpan(answer.Start, features.Length).CopyTo(features);
                return true;
            }
        }

        return false;
    }

    public void Store(ByteWriter writer, int featureCount)
    {
        writer.Int64(Input);
        writer.Int64(Last);
        writer.Int32(_answers.Count);
        foreach (var answer in _answers)
        {
            writer.Int64(answer.Offset);
            foreach (var feature in answer.Features.AsSpan(answer.Start, featureCount))
            {
                writer.Int32(BitConverter.SingleToInt32Bits(feature));
            }
        }
    }

    public static InputMark Load(ref ByteReader reader, int featureCount)
    {
        var mark = new InputMark(reader.Int64(), reader.Int64());
        for (var left = reader.Int32(); left > 0; left--)
        {
            var offset = reader.Int64();
            var features = new float[featureCount];
            for (var f = 0; f < featureCount; f++)
            {
                features[f] = BitConverter.Int32BitsToSingle(reader.Int32());
            }

            mark._answers.Add(new Answer(offset, features, 0));
        }

        return mark;
    }

    private readonly record struct Answer(long Offset, float[] Features, int Start);
}
