using Orleans.Inference.Fields;

namespace Orleans.Inference.Events;

/// <summary>A run of bytes in <see cref="EventBatch.Text"/>.</summary>
public readonly record struct TextSlice(int Start, int Length);

/// <summary>One field's values for the rows of a batch; only the array of the field's <see cref="FieldStorage"/> is there, the others are empty.</summary>
public sealed class Column
{
    internal Column(FieldModel field, int capacity)
    {
        Field = field;
        Missing = new bool[capacity];
        Numbers = field.Storage == FieldStorage.Number ? new double[capacity] : [];
        Integers = field.Storage == FieldStorage.Integer ? new long[capacity] : [];
        Texts = field.Storage == FieldStorage.Text ? new TextSlice[capacity] : [];
    }

    public FieldModel Field { get; }

    /// <summary>True where a row has no value; the value arrays hold 0 there.</summary>
    public readonly bool[] Missing;

    public readonly double[] Numbers;

    public readonly long[] Integers;

    public readonly TextSlice[] Texts;

    /// <summary>The row's value as a number: NaN when missing; a text has none and is NaN.</summary>
    public double NumberAt(int row) => Missing[row]
        ? double.NaN
        : Field.Storage switch
        {
            FieldStorage.Number => Numbers[row],
            FieldStorage.Integer => Integers[row],
            _ => double.NaN,
        };
}
