using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Delivery;

/// <summary>Makes sources and sinks of a pipeline's topics, for engines that need one for each partition they hold.</summary>
public interface IRecordTransport
{
    /// <summary>A source that is not connected yet.</summary>
    IRecordSource CreateSource(PipelineModel pipeline);

    /// <summary>A sink that is not connected yet.</summary>
    IRecordSink CreateSink(PipelineModel pipeline);
}
