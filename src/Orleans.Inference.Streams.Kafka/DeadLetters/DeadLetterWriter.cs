using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Writes records that could not be read or delivered to the dead-letter topic, with the reason. Any thread.</summary>
internal sealed class DeadLetterWriter(string name, KafkaStreamOptions options, StreamProducer producer, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly RepeatedFailure _failure = new();

    /// <summary>Tries until the record is there.</summary>
    /// <returns>False when stopped before: the record will be read again.</returns>
    public async Task<bool> WriteAsync(KafkaRecord record, string reason, string? field, CancellationToken cancellationToken)
    {
        Log.DeadLetter(logger, name, record.Partition, record.Offset, reason);
        var letter = Letter(record, reason, field);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await producer.SendAsync(options.EffectiveDeadLetterTopic, Partition.Any, letter, cancellationToken);
                if (_failure.Recovered(out var failures))
                {
                    Log.Recovered(logger, name, "writing dead letters", failures);
                }

                return true;
            }
            catch (KafkaException problem)
            {
                if (_failure.Failed())
                {
                    Log.Failing(logger, name, "writing dead letters", _failure.Count, problem.Error.Reason);
                }

                await Task.Delay(Pause, time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return false;
    }

    private KafkaRecord Letter(KafkaRecord record, string reason, string? field) => record with
    {
        Headers =
        [
            .. record.Headers,
            Header("dlq-reason", reason),
            .. field is null ? Array.Empty<KafkaHeader>() : [Header("dlq-field", field)],
            Header("dlq-topic", options.Topic),
            Header("dlq-partition", record.Partition.ToString()),
            Header("dlq-offset", record.Offset.ToString()),
        ],
    };

    private static KafkaHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
