using Orleans.Inference.Pipelines;
using static Orleans.Inference.Core.Tests.Pipelines.PipelineExamples;

namespace Orleans.Inference.Core.Tests.Pipelines;

public sealed class PipelineProblemTests
{
    [Fact]
    public void Read_ManyMistakes_ReportsEveryOneWithItsPlace()
    {
        const string Yaml = """
            pipeline: Fraud!
            source:
              topic: trans actions
              id: transaction
              time: amount
              latenes: 1h
              maxAhead: 1 hour
            fields:
              transaction_id: { type: strin }
              tx_time:        { type: timestamp, unit: min }
              customer_id:    { type: string, min: 0 }
              amount:         { type: double, min: 10, max: 1 }
              amount:         { type: double }
              channel:        { type: string, enum: [pos, online], default: atm }
              count:          { type: int, default: 1.5 }
              fraud:          { type: bool, label: true }
            entities:
              customer: customer
              when: tx_time
            features:
              - { name: amount, field: channel }
              - { name: amount, expr: "hourr(tx_time) <= 6" }
              - { name: own, field: fraud }
              - { name: both, count: "*", mean: count, by: when, window: 1d }
              - { name: nowhere, sum: count, window: 1d }
              - { name: lost, sum: count, by: custmer, window: 1d, last: 3 }
              - { name: cond, sum: channel, by: when, window: -1d, where: "count" }
              - just text
            model: { score: "probabilities[one]" }
            route: { champion: 7, fallback: {} }
            decision: { block: "scor > 0.9" }
            checkpont: 1s
            """;
        var problems = Read(Yaml, 1, 2).Problems;
        (int Line, int Column, string Message)[] expected =
        [
            (1, 11, "`pipeline` is `Fraud!`; allowed: a-z 0-9 -"),
            (3, 10, "`source.topic` is `trans actions`; allowed: a topic name"),
            (4, 7, "`source.id`: there is no field `transaction`;"),
            (6, 3, "unknown key `latenes` in `source`; did you mean `lateness`? allowed: topic, id, time"),
            (7, 13, "`source.maxAhead` is `1 hour`; allowed: a whole number and a unit"),
            (9, 27, "`fields.transaction_id.type` is `strin`; did you mean `string`? allowed: string, int"),
            (10, 44, "`fields.tx_time.unit` is `min`; allowed: s, ms, us"),
            (11, 40, "`fields.customer_id.min` does not fit the type string; allowed with: int, long, float, double"),
            (12, 49, "`fields.amount.max` is less than its min; allowed: 10 or more"),
            (13, 3, "the key `amount` is there twice, first in line 12"),
            (14, 65, "`fields.channel.default` is `atm`; allowed: pos, online"),
            (15, 41, "`fields.count.default` is `1.5`; allowed: a whole number of 32 bits"),
            (18, 13, "`entities.customer`: there is no field `customer`;"),
            (19, 9, "`entities.when`: `tx_time` is a timestamp and cannot be a key; allowed: string, int, long, bool"),
            (22, 13, "a second feature is called `amount`, the first is in line 21"),
            (22, 27, "`features.amount.expr`, column 1 of the expression: there is no function `hourr`; did you mean `hour`?"),
            (23, 25, "`features.own.field` reads the label `fraud`"),
            (24, 31, "`features.both` has several: count, mean; allowed: exactly one of field, expr, lookup, count"),
            (25, 5, "`features.nowhere.by` is missing; allowed: customer, when"),
            (26, 35, "`features.lost.by`: there is no entity type `custmer`; did you mean `customer`?"),
            (26, 62, "`features.lost` has 2 windows: window, last; allowed: exactly one"),
            (27, 51, "`features.cond.window` is `-1d`; allowed: more than 0:"),
            (28, 5, "a feature is `just text`; allowed: a mapping"),
            (29, 17, "`model.score` is `probabilities[one]`; allowed: an output's name, or name[column]"),
            (30, 20, "`route.champion`: there is no version 7; allowed: 1, 2"),
            (30, 33, "`route.fallback` needs exactly one of its keys"),
            (31, 20, "`decision.block`, column 1 of the expression: there is no field `scor`; did you mean `score`?"),
            (32, 1, "unknown key `checkpont`; did you mean `checkpoint`?"),
        ];
        Assert.Equal(
            string.Join('\n', expected.Select(problem => $"{problem.Line}:{problem.Column} {problem.Message}")),
            string.Join('\n', problems.Select((problem, i) => $"{problem.Line}:{problem.Column} {Head(problem.Message, i)}")));

        string Head(string message, int index) =>
            index < expected.Length && message.StartsWith(expected[index].Message, StringComparison.Ordinal) ? expected[index].Message : message;
    }

    [Fact]
    public void Read_MissingSections_ReportsEveryOne() => Assert.Equal(
        ["pipeline", "source", "fields", "entities", "features", "model"],
        Read("checkpoint: 1s").Problems.Select(problem => problem.Message.Split('`')[1]));

    [Fact]
    public void Read_NoVersions_IsAProblemWithoutALine()
    {
        var problem = ProblemOf(PipelineReader.Read(new PipelineText("/p", "p/pipeline.yaml", Small, [])));
        Assert.Equal("p/pipeline.yaml: there is no model version in /p; allowed: numbered sub-folders with a model, such as 1/model.onnx", problem.ToString());
    }

    [Theory]
    [InlineData("name: f, sum: \"*\", by: customer, window: 1d", 21, "folds the values of a field")]
    [InlineData("name: f, mean: id, by: customer, window: 1d", 22, "`id` is a string, not a number")]
    [InlineData("name: f, max: at, by: customer, window: 1d", 21, "`at` is a timestamp, not a number")]
    [InlineData("name: f, count: x, by: customer, window: 1d", 23, "there is no field `x`; allowed: id, at, amount, fraud")]
    [InlineData("name: f, sum: amount, by: customer", 5, "has no window; allowed: exactly one of window, last, session, tumbling, forever")]
    [InlineData("name: f, sum: amount, by: customer, forever: false", 52, "allowed: true")]
    [InlineData("name: f, sum: amount, by: customer, window: 1d, where: amount", 62, "is a number, not a condition")]
    [InlineData("name: f, sum: amount, by: customer, window: 1d, where: \"score > 1\"", 62, "known in `decision` only")]
    [InlineData("name: f, sum: amount, by: customer, window: 36501d", 51, "at most 36500d")]
    [InlineData("name: f, sum: amount, by: customer, window: 99999999999999999999d", 51, "at most 36500d")]
    [InlineData("name: f, sum: amount, by: customer, window: 0s", 51, "more than 0")]
    [InlineData("name: f, sum: amount, by: customer, window: 1d, default: x", 64, "a finite number")]
    [InlineData("name: f, sum: amount, by: customer, window: 1d, default: 1e300", 64, "within the range of float32")]
    [InlineData("name: f, sum: amount, by: customer, window: 1d, exclude: all", 64, "allowed: current")]
    [InlineData("name: f, sum: amount, by: customer, window: 1d, map: { a: 1 }", 5, "map cannot stand beside `sum`")]
    [InlineData("name: f, sum(2): amount, by: customer, window: 1d", 16, "allowed: sum")]
    [InlineData("name: f, quantile: amount, by: customer, window: 1d", 16, "allowed: quantile(0.95)")]
    [InlineData("name: f, quantile(2): amount, by: customer, window: 1d", 16, "allowed: quantile(0.95)")]
    [InlineData("name: f, sum: amount, by: customer, last: 0", 49, "a whole number from 1 to 1000000")]
    [InlineData("name: f, field: at", 23, "`at` is a timestamp, not a number; allowed: int, long, float, double, bool, or an expr such as `hour(at)`")]
    [InlineData("name: f, field: amount, by: customer", 5, "by cannot stand beside `field`; allowed with it: default")]
    [InlineData("name: f, expr: \"1\", default: 0", 5, "default cannot stand beside `expr`; allowed with it: name alone")]
    [InlineData("name: f, expr: \"fraud == 1\"", 22, "never enters its own features")]
    [InlineData("name: f, expr: \"id\"", 22, "is a text, not a number")]
    [InlineData("name: f", 5, "has nothing to compute")]
    [InlineData("field: amount", 5, "`features[1].name` is missing")]
    [InlineData("name: 5f, field: amount", 13, "is no name for a feature")]
    [InlineData("name: f, feild: amount, field: amount", 16, "unknown key `feild` in `features.f`; did you mean `field`?")]
    [InlineData("name: f, lookup: terminals.country", 24, "there is no reference field `terminals.country`; allowed: (none)")]
    public void Read_WrongFeature_SaysWhatIsAllowed(string feature, int column, string message) => Expect(ReadFeature(feature), 14, column, message);

    [Theory]
    [InlineData("sink: { topic: events }", 16, "`sink.topic` is `events`, as is `source.topic`; allowed: a topic of its own")]
    [InlineData("sink: { topic: events-dlq }", 16, "as is `source.deadLetters`")]
    [InlineData("sink: { topic: .. }", 16, "a topic name")]
    [InlineData("sink: { topic: s, include: [scores] }", 29, "`sink.include` has `scores`; allowed: features")]
    [InlineData("sink: { topic: s, delivery: once }", 29, "allowed: at-least-once, exactly-once")]
    [InlineData("sink: { include: [features] }", 7, "`sink.topic` is missing")]
    [InlineData("sink: [s]", 7, "`sink` is a list; allowed: a mapping")]
    [InlineData("sink:", 6, "`sink` is empty; allowed: a mapping")]
    [InlineData("checkpoint: 0s", 13, "more than 0")]
    [InlineData("route: { champion: 2 }", 20, "there is no version 2; allowed: 1")]
    [InlineData("route: { champion: best }", 20, "a whole number from 1")]
    [InlineData("route: { shadow: [1, 4] }", 22, "there is no version 4; allowed: 1")]
    [InlineData("route: { canary: { version: 1, percent: 101 } }", 41, "a number from 0 to 100")]
    [InlineData("route: { canary: { version: 1 } }", 18, "`route.canary.percent` is missing")]
    [InlineData("route: { fallback: { value: 0.5, version: 1 } }", 20, "exactly one of its keys")]
    [InlineData("route: { fallback: { version: 1 } }", 31, "is the champion, 1; allowed: another version")]
    [InlineData("decision: { else: a }", 11, "has 0 rules")]
    [InlineData("decision: { block: \"score\" }", 20, "is a number, not a condition")]
    [InlineData("decision: { block: \"fraud\" }", 20, "reads the label `fraud`, which is not known yet")]
    [InlineData("decision: { block: [1] }", 20, "`decision.block` is a list; allowed: a text")]
    [InlineData("labels: { topic: l, id: id, value: amount }", 36, "`amount` is not a label")]
    [InlineData("labels: { topic: l, id: id }", 9, "`labels.value` is missing")]
    [InlineData("references: { r: { topic: t, key: amount, fields: { a: { type: int } } } }", 35, "cannot be a key")]
    [InlineData("features: []", 1, "the key `features` is there twice")]
    public void Read_WrongSection_SaysWhatIsAllowed(string section, int column, string message) => Expect(ReadSmallWith(section), 15, column, message);

    [Theory]
    [InlineData("fraud: { type: bool", "fraud: { type: bool, default: true", "cannot have a default")]
    [InlineData("amount: { type: double }", "amount: { type: bool, label: true }", "a second label")]
    [InlineData("id: { type: string }", "id: { type: string, required: false }", "`source.id`: `id` has `required: false`; allowed: a field that every record has")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp, default: \"2020-01-01T00:00:00Z\" }", "`source.time`: `at` has a default")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  s: { type: string, pattern: \"(?=a)\" }", "`fields.s.pattern` is not accepted")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  s: { type: string, pattern: a, default: b }", "allowed: a text that matches a")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  s: { type: double, default: 5, max: 4 }", "allowed: 4 or less (its max)")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  s: { type: timestamp, default: 5 }", "allowed: ISO 8601")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  s: { type: int, enum: [1, a] }", "`fields.s.enum` has `a`; allowed: a whole number")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  s: { type: int, required: maybe }", "allowed: true or false")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  s: int", "`fields.s` is `int`; allowed: a mapping such as { type: string }")]
    [InlineData("at: { type: timestamp }", "at: { type: timestamp }\n  \"a`b\": { type: int }", "is no field name")]
    [InlineData("customer: id", "customer: [id, fraud]", "`fraud` is a label and cannot be a key")]
    [InlineData("customer: id", "\"a b\": id", "is no name for an entity type")]
    [InlineData("customer: id", "customer: { pairs: [id] }", "unknown key `pairs`")]
    [InlineData("entities: { customer: id }", "entities: {}", "`entities` is empty")]
    [InlineData("score: score", "score: s, input: x", "`model.input` is `x`; allowed: features, or a map")]
    [InlineData("score: score", "score: s, input: { a: [amuont] }", "there is no feature `amuont`; did you mean `amount`?")]
    [InlineData("score: score", "input: features", "`model.score` is missing")]
    [InlineData("score: score", "online: { rate: 1 }", "`model.online.algorithm` is missing")]
    public void Read_WrongDefinition_SaysWhatIsAllowed(string text, string replacement, string message)
    {
        var problems = ReadSmall(text, replacement).Problems;
        Assert.NotEmpty(problems);
        Assert.Contains(message, problems[0].Message + (problems.Count > 1 ? problems[1].Message : ""));
    }

    private static void Expect(PipelineReading reading, int line, int column, string message)
    {
        Assert.Null(reading.Model);
        var problem = reading.Problems[0];
        Assert.Contains(message, problem.Message);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }
}
