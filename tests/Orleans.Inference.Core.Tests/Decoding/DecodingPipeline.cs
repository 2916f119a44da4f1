using System.Text;
using System.Text.RegularExpressions;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Decoding;

/// <summary>A schema with every type and constraint, and ways to decode one record of it.</summary>
internal static class DecodingPipeline
{
    public const string ValidJson =
        """{"id":"t-1","time":"2026-01-01T00:00:00Z","customer":"C42","position":3,"amount":12.5,"ratio":0.1,"count":7,"channel":"online","code":"BE","online":true,"at":1767225600000,"fraud":false,"rank":2}""";

    public const string CsvHeader = "id,time,customer,position,amount,ratio,count,channel,code,online,at,fraud,rank";

    public const string ValidCsv = "t-1,2026-01-01T00:00:00Z,C42,3,12.5,0.1,7,online,BE,true,1767225600000,false,2";

    public static PipelineModel Model { get; } = TestPipelines.Create(
        [
            TestPipelines.Field("id", FieldType.String),
            TestPipelines.Field("time", FieldType.Timestamp),
            TestPipelines.Field("customer", FieldType.String),
            TestPipelines.Optional("position", FieldType.Int),
            TestPipelines.Number("amount") with { Min = 0, Max = 1e6 },
            TestPipelines.Optional("ratio", FieldType.Float),
            TestPipelines.Field("count", FieldType.Long) with { Min = -1000 },
            TestPipelines.Field("channel", FieldType.String) with { Enum = Texts("pos", "online", "atm"), Default = new FieldDefault(Text: "pos"u8.ToArray()) },
            TestPipelines.Optional("code", FieldType.String) with { Pattern = new Regex("^[A-Z]{2}$", RegexOptions.NonBacktracking) },
            TestPipelines.Field("online", FieldType.Bool),
            TestPipelines.Optional("at", FieldType.Timestamp) with { Unit = TimestampUnit.Milliseconds },
            TestPipelines.Optional("fraud", FieldType.Bool) with { IsLabel = true },
            TestPipelines.Optional("rank", FieldType.Int) with { Enum = Texts("1", "2", "3") },
        ],
        [("customer", ["customer"]), ("pair", ["code", "position"])],
        [new FieldFeature("amount", 4)]);

    public static EventBatch DecodeJson(string json, PipelineModel? pipeline = null) => DecodeJson(Encoding.UTF8.GetBytes(json), pipeline);

    public static EventBatch DecodeJson(byte[] json, PipelineModel? pipeline = null)
    {
        var batch = new EventBatch(pipeline ?? Model, 4);
        new JsonEventDecoder(pipeline ?? Model).Decode(batch, json, new PartitionOffset(3, 1234), 99);
        return batch;
    }

    /// <summary>Decodes the records of a CSV text behind its header.</summary>
    public static EventBatch DecodeCsv(string csv, PipelineModel? pipeline = null)
    {
        var bytes = Encoding.UTF8.GetBytes(csv);
        var reader = new CsvRecordReader();
        Assert.True(reader.TryRead(bytes, isEnd: true, out var at));
        var decoder = CsvEventDecoder.TryCreate(pipeline ?? Model, reader, bytes, out var problem);
        Assert.True(decoder is not null, problem);
        var batch = new EventBatch(pipeline ?? Model, 64);
        while (reader.TryRead(bytes.AsSpan(at), isEnd: true, out var consumed))
        {
            decoder.Decode(batch, reader, bytes.AsSpan(at), consumed, new PartitionOffset(0, batch.Count), 0);
            at += consumed;
        }

        return batch;
    }

    /// <summary>The record's fault as <c>field: Reason</c>, <c>Reason</c> of the whole record, or <c>accepted</c>.</summary>
    public static string FaultOf(EventBatch batch, int row = 0) => Describe(batch.Pipeline, batch.Rejections[row]);

    public static string Describe(PipelineModel pipeline, Rejection rejection) =>
        rejection.IsNone ? "accepted" : rejection.Field < 0 ? $"{rejection.Reason}" : $"{pipeline.Fields[rejection.Field].Name}: {rejection.Reason}";

    public static string KeyOf(EventBatch batch, int entityType = 0, int row = 0) =>
        batch.Keys[entityType].Present[row] ? Encoding.UTF8.GetString(batch.KeyOf(entityType, row)) : "none";

    public static string TextOf(EventBatch batch, int field, int row = 0) =>
        batch.Columns[field].Missing[row] ? "missing" : Encoding.UTF8.GetString(batch.TextOf(batch.Columns[field].Texts[row]));

    /// <summary>A pipeline whose third field, the primary key, has the given type.</summary>
    public static PipelineModel KeyedBy(FieldType type, TimestampUnit unit = TimestampUnit.Iso8601) => TestPipelines.Create(
        [
            TestPipelines.Field("id", FieldType.String),
            TestPipelines.Field("time", FieldType.Timestamp),
            TestPipelines.Optional("key", type) with { Unit = unit },
        ],
        [("thing", ["key"])],
        [new FieldFeature("key", 2)]);

    private static byte[][] Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
