using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands.Replay;

/// <summary>Writes results, a row an event.</summary>
internal interface IReplayWriter : IBatchOutput
{
    /// <summary>Writes out what is buffered.</summary>
    void Finish();
}
