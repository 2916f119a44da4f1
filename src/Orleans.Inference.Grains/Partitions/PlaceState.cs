using Orleans.Inference.Checkpoints;
using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>The stored place of one input. Of two activations that believe they own an input, the second to commit finds its version taken and stops.</summary>
internal sealed class PlaceState : IUnsavedState
{
    private readonly StateKey _key;
    private readonly StateWriter _writer;
    private long _version;
    private bool _isSaved = true;

    private PlaceState(StateKey key, StateWriter writer)
    {
        _key = key;
        _writer = writer;
    }

    /// <summary>The last place stored or on its way there; null before the first.</summary>
    public InputPlace? Place { get; private set; }

    public bool IsLost { get; private set; }

    public bool IsSaved => Volatile.Read(ref _isSaved);

    public static async Task<PlaceState> ReadAsync(StateKey key, StateWriter writer, CancellationToken cancellationToken)
    {
        var state = new PlaceState(key, writer);
        if (await writer.ReadAsync(key, cancellationToken) is { } stored)
        {
            state._version = stored.Version;
            state.Place = InputPlace.FromBytes(stored.Whole.Span);
        }

        return state;
    }

    /// <summary>Stores a place; false when another activation owns the input.</summary>
    public async Task<bool> WriteAsync(InputPlace place)
    {
        Place = place;
        Volatile.Write(ref _isSaved, false);
        _writer.Add(this);
        await _writer.FlushAsync();
        return !IsLost;
    }

    public StateVersion TakeUnsaved(ByteWriter bytes)
    {
        bytes.Bytes(Place!.ToBytes());
        return new StateVersion(_key, ++_version, IsWhole: true);
    }

    public void Saved() => Volatile.Write(ref _isSaved, true);

    public void Lose() => IsLost = true;
}
