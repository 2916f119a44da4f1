using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Decoding;

/// <summary>Decodes CSV records into the columns of a batch. The header names the fields; columns that are not in the schema are ignored. Used by one thread.</summary>
public sealed class CsvEventDecoder
{
    private readonly RowBuilder _builder;
    private readonly int[] _fieldOfCell;

    private CsvEventDecoder(PipelineModel pipeline, int[] fieldOfCell)
    {
        _builder = new RowBuilder(pipeline);
        _fieldOfCell = fieldOfCell;
    }

    /// <summary>Makes a decoder from the header record that <paramref name="reader"/> holds, or says what is wrong with the header.</summary>
    public static CsvEventDecoder? TryCreate(PipelineModel pipeline, CsvRecordReader reader, ReadOnlySpan<byte> buffer, out string? problem)
    {
        var fieldOfCell = new int[reader.CellCount];
        var names = new List<string>();
        for (var cell = 0; cell < reader.CellCount; cell++)
        {
            var name = Encoding.UTF8.GetString(reader.CellAt(cell, buffer));
            if (names.Contains(name) && name.Length > 0)
            {
                problem = $"the header names column '{name}' twice";
                return null;
            }

            names.Add(name);
            fieldOfCell[cell] = pipeline.Fields.FirstOrDefault(field => field.Name == name)?.Index ?? -1;
        }

        var missing = pipeline.Fields
            .Where(field => field is { Required: true, IsLabel: false, Default: null } && !fieldOfCell.Contains(field.Index))
            .Select(field => field.Name)
            .ToList();
        problem = missing.Count == 0
            ? null
            : $"the header lacks the required column{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing)}; it has {string.Join(", ", names)}";
        return problem is null ? new CsvEventDecoder(pipeline, fieldOfCell) : null;
    }

    /// <summary>Appends a row for the record that <paramref name="reader"/> holds; what does not fit makes a rejected row.</summary>
    public void Decode(EventBatch batch, CsvRecordReader reader, ReadOnlySpan<byte> buffer, int length, PartitionOffset source, long timestamp)
    {
        _builder.Begin(batch, source, timestamp);
        if (reader.CellCount != _fieldOfCell.Length)
        {
            _builder.Fault(reader.CellCount < _fieldOfCell.Length ? RejectReason.TooFewCells : RejectReason.TooManyCells);
        }

        if (length > JsonEventDecoder.MaxRecordLength)
        {
            _builder.Fault(RejectReason.RecordTooLarge);
        }
        else
        {
            for (var cell = 0; cell < Math.Min(reader.CellCount, _fieldOfCell.Length); cell++)
            {
                var field = _fieldOfCell[cell];
                if (field >= 0 && !reader.IsMissing(cell))
                {
                    _builder.SetFromText(field, reader.CellAt(cell, buffer));
                }
            }
        }

        _builder.End();
    }
}
