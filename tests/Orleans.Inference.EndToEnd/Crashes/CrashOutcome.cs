using System.Globalization;
using System.Text.Json;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;

namespace Orleans.Inference.EndToEnd.Crashes;

/// <summary>What the output topics and the state must be after the stops, judged from the source topic alone.</summary>
internal sealed class CrashOutcome(StopPlan plan, PipelineFiles files, List<ReadRecord> source)
{
    private List<AnsweredRecord> _answers = [];

    private string Seed => $"seed {plan.Seed}, signal {plan.Signal}";

    public void Read(string brokers) =>
        _answers = [.. TopicReader.ReadAll(brokers, files.Sink, files.DeadLetters, files.Late).Select(AnsweredRecord.Read)];

    /// <summary>Every source record has one answer, in the right topic; numbers are unique and keep each partition's order.</summary>
    public void CheckExactlyOnce()
    {
        var bySource = _answers.ToLookup(answer => answer.Source);
        foreach (var (place, topic) in Judge())
        {
            var answers = bySource[place].ToList();
            Assert.True(
                answers.Count == 1 && answers[0].Record.Topic == topic,
                $"{Seed}: {place} belongs once to {topic}, and is {answers.Count} times in [{string.Join(", ", answers.Select(answer => $"{answer.Record.Topic} as {answer.Sequence}"))}]");
        }

        Assert.Equal(source.Count, _answers.Count);
        foreach (var same in _answers.GroupBy(answer => answer.Sequence).Where(same => same.Count() > 1))
        {
            Assert.Fail($"{Seed}: number {same.Key} was given to {string.Join(", ", same.Select(answer => answer.Source))}");
        }

        foreach (var partition in _answers.GroupBy(answer => answer.Source.Partition))
        {
            var numbers = partition.OrderBy(answer => answer.Source.Offset).Select(answer => answer.Sequence).ToList();
            Assert.True(numbers.SequenceEqual(numbers.Order()), $"{Seed}: numbers of partition {partition.Key} are not in its order");
        }
    }

    /// <summary>State, and while the journal was kept also every prediction, equal a replay in the recorded order.</summary>
    public async Task CheckReplayAsync(OrderedReplay replay, Dictionary<string, JsonDocument?> state)
    {
        var values = source.ToDictionary(record => new PartitionOffset(record.Partition, record.Offset), record => record.Value);
        var ordered = _answers.Where(answer => answer.Prediction is not null).OrderBy(answer => answer.Sequence).ToList();
        var replayed = await replay.SubmitAsync(ordered.Select(answer => values[answer.Source]));
        var names = replay.Pipeline.Features.Select(feature => feature.Name).ToList();
        for (var i = 0; i < ordered.Count && !plan.LosesJournal; i++)
        {
            var features = ordered[i].Features(names);
            for (var feature = 0; feature < names.Count; feature++)
            {
                Assert.True(
                    features[feature].Equals(replayed[i].Features[feature]),
                    $"{Seed}: {names[feature]} of {ordered[i].Source}, number {ordered[i].Sequence}, is {features[feature]} and {replayed[i].Features[feature]} in a replay; its time is {TimeOf(ordered[i])}, the largest before it {ordered.Take(i).Max(TimeOf)}");
            }

            Assert.Equal(replayed[i].Score, AnsweredRecord.NumberOf(ordered[i].Prediction!.Value.GetProperty("score")));
        }

        foreach (var (path, shown) in state)
        {
            var parts = path.Split('/');
            if (parts[0] == "entities")
            {
                CheckEntity(path, shown, await replay.EntityAsync(parts[1] == "customer" ? 0 : 1, parts[2]));
            }
            else
            {
                CheckLatest(path, shown, ordered.LastOrDefault(answer => answer.Prediction!.Value.GetProperty("entity").GetString() == parts[1]));
            }
        }
    }

    private void CheckEntity(string path, JsonDocument? shown, EntityReply? replayed)
    {
        Assert.True(shown is null == replayed is null, $"{Seed}: {path} exists in one only: {shown?.RootElement}");
        if (shown is null || replayed is null)
        {
            return;
        }

        foreach (var (name, value) in replayed.Features)
        {
            var number = AnsweredRecord.NumberOf(shown.RootElement.GetProperty("features").GetProperty(name));
            Assert.True(number.Equals(value), $"{Seed}: {path} shows {name} {number}, and {value} in a replay");
        }

        Assert.Equal(replayed.UpdatedAt, TicksOf(shown.RootElement.GetProperty("updatedAt")));
    }

    private void CheckLatest(string path, JsonDocument? shown, AnsweredRecord? last)
    {
        Assert.True(shown is null == last is null, $"{Seed}: {path} exists in one only: {shown?.RootElement}");
        if (shown is null || last is null)
        {
            return;
        }

        // An answer found in the topic is computed again, so it is scored again; without the journal some neighbours came in another order.
        string[] same = plan.LosesJournal ? ["eventId", "source", "eventTime"] : ["eventId", "source", "eventTime", "score", "decision", "version", "outcome", "features"];
        foreach (var name in same)
        {
            Assert.True(
                JsonElement.DeepEquals(shown.RootElement.GetProperty(name), last.Prediction!.Value.GetProperty(name)),
                $"{Seed}: {path} shows {shown.RootElement}, the topic's last is {last.Prediction}");
        }
    }

    /// <summary>Where each record belongs: by what it is, and by its own partition's clock.</summary>
    private IEnumerable<(PartitionOffset Place, string Topic)> Judge()
    {
        foreach (var partition in source.GroupBy(record => record.Partition))
        {
            var clock = new InputClock(PaymentPipeline.Lateness.Ticks);
            foreach (var record in partition.OrderBy(record => record.Offset))
            {
                var isGood = record.Header("kind") == PaymentStream.Good;
                var topic = !isGood ? files.DeadLetters
                    : clock.TryAccept(long.Parse(record.Header("ticks")!, CultureInfo.InvariantCulture)) ? files.Sink
                    : files.Late;
                yield return (new PartitionOffset(record.Partition, record.Offset), topic);
            }
        }
    }

    private static string TimeOf(AnsweredRecord answer) => answer.Prediction!.Value.GetProperty("eventTime").GetString()!;

    private static long TicksOf(JsonElement time) => time.GetDateTimeOffset().UtcTicks;
}
