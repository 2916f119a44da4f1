using Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Models.Tests.Onnx;

public sealed class OnnxModelCatalogTests
{
    private const int Features = 3;

    [Fact]
    public void Load_AFittingVersion_HasItsNumberAndFeatureCount()
    {
        using var folder = new OnnxModelFolder(Features, "probabilities", 1, OnnxModels.LogisticRegression(Features, seed: 1));
        using IModelRuntime runtime = new OnnxModelCatalog().Load(folder.Pipeline, 1);
        Assert.Equal(1, runtime.Version);
        Assert.Equal(Features, runtime.FeatureCount);
    }

    [Fact]
    public void Load_AnotherColumn_ScoresThatColumn()
    {
        byte[] model = OnnxModels.LogisticRegression(Features, seed: 1);
        float[] row = [0.3f, -1, 2];
        float negative = Score(model, "probabilities", 0, row);
        float positive = Score(model, "probabilities", 1, row);
        Assert.Equal(1f, negative + positive, 1e-6f);
        Assert.NotEqual(negative, positive);
    }

    [Fact]
    public void Load_AVectorOutput_Scores()
    {
        OnnxModelWriter writer = Input();
        string axes = writer.Constant([1L], 1);
        byte[] model = writer
            .Node("ReduceSum", ["features", axes], ["score"], OnnxAttribute.Int("keepdims", 0))
            .Output("score", OnnxElement.Float, (long?)null)
            .ToArray();
        Assert.Equal(6f, Score(model, "score", null, [1, 2, 3]));
    }

    [Fact]
    public void Load_AFloat64Output_ScoresAsFloat32()
    {
        byte[] model = OnnxModels.LogisticRegression([0, 0, 0], [1, 1, 1], [1, 1, 1], 0);
        Assert.Equal((float)(1 / (1 + Math.Exp(-6))), Score(model, "probabilities", 1, [1, 2, 3]));
    }

    [Fact]
    public void Load_AModelThatMixesRows_ScoresRowByRow()
    {
        byte[] model = Input()
            .Node("ReduceMean", ["features"], ["mean"], OnnxAttribute.Ints("axes", [0]))
            .Node("Sub", ["features", "mean"], ["centred"])
            .Node("ReduceMax", ["centred"], ["score"], OnnxAttribute.Ints("axes", [1]), OnnxAttribute.Int("keepdims", 1))
            .Output("score", OnnxElement.Float, null, 1)
            .ToArray();
        using var folder = new OnnxModelFolder(Features, "score", null, model);
        using IModelRuntime runtime = new OnnxModelCatalog().Load(folder.Pipeline, 1);
        Assert.Equal(new OnnxBatchShape(1, 1), ((OnnxModelRuntime)runtime).BatchShape);

        var scores = new float[2];
        Assert.True(runtime.TryScore([1, 2, 3, 7, 8, 9], 2, scores, out _));
        Assert.Equal([0f, 0f], scores);
    }

    [Fact]
    public void Load_ARandomModel_IsRefused()
    {
        byte[] model = Input()
            .Node("RandomUniformLike", ["features"], ["noise"])
            .Node("ReduceMax", ["noise"], ["score"], OnnxAttribute.Ints("axes", [1]), OnnxAttribute.Int("keepdims", 1))
            .Output("score", OnnxElement.Float, null, 1)
            .ToArray();
        AssertRefused(model, "score", null, "scores the same row differently from call to call");
    }

    [Fact]
    public void Load_AMissingVersion_NamesThoseThatAreThere()
    {
        using var folder = new OnnxModelFolder(Features, "probabilities", 1, OnnxModels.LogisticRegression(Features, seed: 1));
        Directory.CreateDirectory(Path.Combine(folder.Pipeline.Folder, "12"));
        File.Copy(folder.ModelFile, Path.Combine(folder.Pipeline.Folder, "12", "model.onnx"));
        Directory.CreateDirectory(Path.Combine(folder.Pipeline.Folder, "3"));

        var fault = Assert.Throws<ModelException>(() => new OnnxModelCatalog().Load(folder.Pipeline, 7));
        Assert.Contains(Path.Combine("7", "model.onnx") + ": no such file; versions there: 1, 12", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ACorruptFile_NamesTheFile()
    {
        AssertRefused([.. "not a model"u8], "score", null, "is not a model that ONNX Runtime can load");
        byte[] cut = OnnxModels.BoostedClassifier(Features, 3, 3, seed: 1)[..500];
        AssertRefused(cut, "score", null, "is not a model that ONNX Runtime can load");
        AssertRefused([], "score", null, "model.onnx: ");
    }

    [Fact]
    public void Load_TwoInputs_ListsThem()
    {
        byte[] model = Input()
            .Input("other", OnnxElement.Float, null, 1)
            .Node("Concat", ["features", "other"], ["score"], OnnxAttribute.Int("axis", 1))
            .Output("score", OnnxElement.Float, null, Features + 1)
            .ToArray();
        AssertRefused(model, "score", 0, "has 2 inputs", "\"features\" float32 [?, 3]", "\"other\" float32 [?, 1]");
    }

    [Fact]
    public void Load_AnInputThatIsNotThere_ListsThoseThatAre()
    {
        byte[] model = OnnxModels.LogisticRegression(Features, seed: 1);
        using var folder = new OnnxModelFolder(Features, "probabilities", 1, model, input: "x");
        var fault = Assert.Throws<ModelException>(() => new OnnxModelCatalog().Load(folder.Pipeline, 1));
        Assert.Contains("has no input \"x\"; inputs: \"features\" float32 [?, 3]", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherFeatures_SaysHowMany() =>
        AssertRefused(OnnxModels.LogisticRegression(5, seed: 1), "probabilities", 1,
            "input \"features\" float32 [?, 5]: takes 5 columns, expected float32 [?, 3] for the pipeline's 3 features");

    [Fact]
    public void Load_AFixedBatch_NamesIt() =>
        AssertRefused(Identity(OnnxElement.Float, 1, Features), "score", 0, "batch dimension is fixed to 1", "dynamic batch dimension");

    [Fact]
    public void Load_AnOutputWithAFixedBatch_NamesIt()
    {
        byte[] model = Input()
            .Node("Identity", ["features"], ["score"])
            .Output("score", OnnxElement.Float, 1, Features)
            .ToArray();
        AssertRefused(model, "score", 0, "output \"score\" float32 [1, 3]: its batch dimension is fixed to 1");
    }

    [Fact]
    public void Load_UndeclaredOutputShapes_Scores()
    {
        byte[] model = Input().Node("Identity", ["features"], ["score"]).Output("score", OnnxElement.Float, null, null).ToArray();
        Assert.Equal(2f, Score(model, "score", 1, [1, 2, 3]));
    }

    [Fact]
    public void Load_AFloat64Input_NamesTheType() =>
        AssertRefused(Identity(OnnxElement.Double, null, Features), "score", 0, "float64 [?, 3]: wrong type, expected float32 [?, 3]");

    [Fact]
    public void Load_AnInputOfRankThree_NamesTheRank() =>
        AssertRefused(Identity(OnnxElement.Float, null, Features, 1), "score", 0, "wrong rank 3");

    [Fact]
    public void Load_AnOutputThatIsNotThere_ListsThoseThatAre() =>
        AssertRefused(OnnxModels.BoostedClassifier(Features, 3, 3, seed: 1), "score", null,
            "has no output \"score\"; outputs: \"label\" int64 [?], \"probabilities\" float32 [?, 2]");

    [Fact]
    public void Load_ALabelAsScore_NamesTheType() =>
        AssertRefused(OnnxModels.BoostedClassifier(Features, 3, 3, seed: 1), "label", null, "output \"label\" int64 [?]: wrong type");

    [Fact]
    public void Load_ColumnsWithoutAColumn_AsksForOne() =>
        AssertRefused(OnnxModels.LogisticRegression(Features, seed: 1), "probabilities", null, "say which column, such as probabilities[1]");

    [Fact]
    public void Load_AColumnBeyondTheLast_SaysHowMany() =>
        AssertRefused(OnnxModels.LogisticRegression(Features, seed: 1), "probabilities", 2,
            "[3, 2] for 3 rows: expected more than 2 columns for score: probabilities[2]");

    [Fact]
    public void Load_AZipMap_SaysHowToExport()
    {
        byte[] model = Input()
            .Node(
                OnnxModelWriter.MachineLearning, "ZipMap", ["features"], ["probabilities"],
                OnnxAttribute.Ints("classlabels_int64s", [0, 1, 2]))
            .MapOutput("probabilities")
            .ToArray();
        AssertRefused(model, "probabilities", 1, "\"probabilities\" is a sequence of maps", "zipmap=False");
    }

    [Fact]
    public void Load_AnOutputWithOtherRowsThanTheInput_IsRefused()
    {
        byte[] model = Input()
            .Node("Unique", ["features"], ["score"], OnnxAttribute.Int("axis", 0))
            .Output("score", OnnxElement.Float, null, null)
            .ToArray();
        AssertRefused(model, "score", 0, "is [1, 3] for 3 row(s), expected 3 as the first dimension");
    }

    [Fact]
    public void Load_AModelThatFailsOnSomeRows_IsRefused()
    {
        // Gather takes the row's first value as an index into one element: 0 works, 1 does not.
        OnnxModelWriter writer = Input();
        string table = writer.Constant([5f], 1);
        string first = writer.Constant([0L], 1);
        byte[] model = writer
            .Node("Gather", ["features", first], ["column"], OnnxAttribute.Int("axis", 1))
            .Node("Floor", ["column"], ["floor"])
            .Node("Clip", ["floor", Scalar(writer, 0)], ["positive"])
            .Node("Cast", ["positive"], ["index"], OnnxAttribute.Int("to", (int)OnnxElement.Int64))
            .Node("Gather", [table, "index"], ["score"])
            .Output("score", OnnxElement.Float, null, 1)
            .ToArray();
        AssertRefused(model, "score", null, "fails on random rows");

        static string Scalar(OnnxModelWriter writer, float value) => writer.Constant([value]);
    }

    private static OnnxModelWriter Input() => new OnnxModelWriter().Input("features", OnnxElement.Float, null, Features);

    private static byte[] Identity(OnnxElement element, params long?[] dimensions) =>
        new OnnxModelWriter()
            .Input("features", element, dimensions)
            .Node("Identity", ["features"], ["score"])
            .Output("score", element, dimensions)
            .ToArray();

    private static float Score(byte[] model, string output, int? column, float[] row)
    {
        using var folder = new OnnxModelFolder(row.Length, output, column, model);
        using IModelRuntime runtime = new OnnxModelCatalog().Load(folder.Pipeline, 1);
        var scores = new float[1];
        Assert.True(runtime.TryScore(row, 1, scores, out string? error), error);
        return scores[0];
    }

    private static void AssertRefused(byte[] model, string output, int? column, params string[] parts)
    {
        using var folder = new OnnxModelFolder(Features, output, column, model);
        var fault = Assert.Throws<ModelException>(() => new OnnxModelCatalog().Load(folder.Pipeline, 1));
        Assert.StartsWith(folder.ModelFile + ": ", fault.Message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
    }
}
