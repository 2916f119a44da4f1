using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.EndToEnd;

/// <summary>A development broker in its own process, so that killing an engine does not touch it.</summary>
public sealed class BrokerProcess : IAsyncLifetime
{
    private ChildProcess? _process;

    /// <summary>HOST:PORT.</summary>
    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _process = ProgramProcess.Start("broker");
        Address = await _process.FirstLineAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    internal KafkaTransport Connect() => new(new KafkaSettings { Brokers = Address }, NullLoggerFactory.Instance, TimeProvider.System);
}
