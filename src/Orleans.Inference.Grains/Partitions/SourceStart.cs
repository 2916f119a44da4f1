using System.Globalization;
using Orleans.Inference.Delivery;
using Orleans.Inference.Grains.Pipelines;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// Where one life of a source partition begins: connections, its stored place, and what has been published since. The place is stored before anything is read, so that also a
/// crash in the first second finds the output topics' positions.
/// </summary>
internal sealed record SourceStart(IRecordSource Source, IRecordSink Sink, PlaceState Place, PublishedRecords Published, PartitionExtent Extent)
{
    /// <summary>Keeps trying while the broker is down.</summary>
    /// <exception cref="InferenceException">The topic has no such partition, or another activation owns it.</exception>
    public static async Task<SourceStart> PrepareAsync(SiloPipeline pipeline, int partition, CancellationToken cancellationToken)
    {
        var transport = pipeline.Parts.Transport ?? throw new InferenceException("A pipeline without Kafka has no source partitions.");
        var source = transport.CreateSource(pipeline.Pipeline);
        var sink = transport.CreateSink(pipeline.Pipeline);
        try
        {
            var topic = await source.OpenAsync(cancellationToken);
            var sinkIncarnation = await sink.OpenAsync(cancellationToken);
            var key = partition.ToString(CultureInfo.InvariantCulture);
            var place = await PlaceState.ReadAsync(pipeline.PlaceKey(key), pipeline.Writer, cancellationToken);
            var extent = topic.Partitions.First(candidate => candidate.Partition == partition);
            var stored = Usable(place.Place, topic, extent, pipeline);
            if (stored is { IsEnded: false })
            {
                // Its last owner may live, cut off from the cluster. Without the supervisor it stops scoring when its lease ends.
                await Task.Delay(RouteLease.Duration, pipeline.Parts.Time, cancellationToken);
            }

            var published = new PublishedRecords();
            var isSameSink = stored is not null && stored.SinkIncarnation == sinkIncarnation;
            if (isSameSink)
            {
                await sink.ReadBackAsync(stored!.Outputs, found => Add(published, pipeline, partition, stored.NextOffset, found), cancellationToken);
            }

            var begin = new InputPlace
            {
                NextOffset = Math.Max(extent.First, stored?.NextOffset ?? 0),
                Clock = stored?.Clock ?? long.MinValue,
                Incarnation = topic.Incarnation,
                SinkIncarnation = sinkIncarnation,
                Outputs = isSameSink ? stored!.Outputs : await sink.FlushAsync(cancellationToken),
            };
            if (!await place.WriteAsync(begin))
            {
                throw new InputLostException("another activation has taken it over");
            }

            SiloLog.InputStarts(pipeline.Logger, pipeline.Pipeline.Name, key, begin.NextOffset, published.Count);
            return new SourceStart(source, sink, place, published, extent);
        }
        catch
        {
            await source.DisposeAsync();
            await sink.DisposeAsync();
            throw;
        }
    }

    /// <summary>A place belongs to one incarnation of a topic; of another, or beyond its end, it means nothing and entity state stays.</summary>
    private static InputPlace? Usable(InputPlace? place, SourceTopic topic, PartitionExtent extent, SiloPipeline pipeline)
    {
        if (place is null || (place.Incarnation == topic.Incarnation && place.NextOffset <= extent.End))
        {
            return place;
        }

        SiloLog.PositionDropped(pipeline.Logger, pipeline.Pipeline.Name, topic.Topic);
        return null;
    }

    private static void Add(PublishedRecords published, SiloPipeline pipeline, int partition, long from, DeliveredRecord found)
    {
        if (found.SourceTopic == pipeline.Pipeline.Source.Topic && found.Source.Partition == partition && found.Source.Offset >= from)
        {
            published.Add(found);
        }
    }
}
