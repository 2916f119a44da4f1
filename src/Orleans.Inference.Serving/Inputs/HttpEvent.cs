using Orleans.Inference.Engines;

namespace Orleans.Inference.Serving.Inputs;

/// <summary>An event that came through HTTP and waits for its turn and its answer.</summary>
/// <param name="Json">A JSON object in UTF-8.</param>
/// <param name="Options">How to score it.</param>
/// <param name="ArrivedAt">UTC ticks.</param>
/// <param name="Offset">Its place in HTTP's own numbering; -1 for a dry run.</param>
public sealed record HttpEvent(ReadOnlyMemory<byte> Json, ScoreOptions Options, long ArrivedAt, long Offset)
{
    private readonly TaskCompletionSource<ScoreReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ScoreReply> Reply => _reply.Task;

    public void Answer(ScoreReply reply) => _reply.TrySetResult(reply);
}
