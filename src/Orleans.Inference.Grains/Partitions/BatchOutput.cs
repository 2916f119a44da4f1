using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Serving.Outputs;
using Orleans.Inference.Serving.Predictions;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// The end of an input's batches: publishes predictions, dead letters and late events, keeps each entity's latest prediction, counts, and answers HTTP. Runs in the turns of the
/// input's grain.
/// </summary>
internal sealed class BatchOutput(SiloPipeline pipeline, IRecordSink? sink)
{
    private readonly OutputWriter _writer = new(pipeline.Pipeline, sink);
    private readonly long[] _latencies = new long[pipeline.Options.BatchLimit];
    private readonly Dictionary<string, (int Row, byte[] Prediction)> _elsewhere = new(StringComparer.Ordinal);
    private readonly List<ScoreReply> _replies = [];

    /// <summary>How far the input has been scored, and who waits for it.</summary>
    public OffsetWaiters Offsets { get; } = new();

    /// <summary>Publishes a scored batch; completes when each entity, wherever it is, has its latest prediction.</summary>
    public async Task EmitAsync(InputBatch work)
    {
        Emit(work);
        foreach (var (row, prediction) in _elsewhere.Values)
        {
            work.Entities.Hosts.Add(await pipeline.EntityGrains.Of(0, work.Batch.KeyOf(0, row)).SetLatestAsync(prediction));
        }

        _elsewhere.Clear();
    }

    /// <summary>Answers the requests of a batch that has been emitted, and those who wait for its offset.</summary>
    public void Answer(InputBatch work)
    {
        for (var row = 0; work.Requests is { } requests && row < requests.Count; row++)
        {
            requests[row].Answer(_replies[row]);
        }

        _replies.Clear();
        if (work.Requests is null && work.Batch.Count > 0)
        {
            Offsets.Reached(work.Batch.Sources[work.Batch.Count - 1]);
        }
    }

    private void Emit(InputBatch work)
    {
        var batch = work.Batch;
        var measured = 0;
        for (var row = 0; row < batch.Count; row++)
        {
            var isDryRun = (batch.Flags[row] & RowFlags.DryRun) != 0;
            if (!isDryRun && (batch.Flags[row] & RowFlags.Delivered) == 0)
            {
                pipeline.Counts.Count(batch, row);
                _latencies[measured++] = batch.ScoredAt - batch.Timestamps[row];
            }

            var request = work.Requests?[row];
            if (_writer.Publish(batch, row, work.SequenceOf(row), request, out var encoded))
            {
                Keep(work, row, encoded);
            }

            if (request is not null)
            {
                _replies.Add(OutputWriter.ReplyOf(batch, row, encoded));
            }
        }

        pipeline.Latency.Record(_latencies.AsSpan(0, measured));
        pipeline.Instruments?.BatchScored(batch);
    }

    private void Keep(InputBatch work, int row, ReadOnlySpan<byte> encoded)
    {
        if (work.Entities.Primaries[row]?.Entity is not { } entity || !entity.TrySetLatest(encoded))
        {
            _elsewhere[System.Text.Encoding.UTF8.GetString(work.Batch.KeyOf(0, row))] = (row, encoded.ToArray());
        }

        pipeline.History.Add(work.Batch.Keys[0].Hashes[row], encoded);
        if (!pipeline.Feed.IsEmpty)
        {
            pipeline.Feed.Publish(encoded.ToArray());
        }
    }
}
