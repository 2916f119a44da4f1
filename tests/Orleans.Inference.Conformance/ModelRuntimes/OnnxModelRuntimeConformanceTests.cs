using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Conformance.ModelRuntimes;

public sealed class OnnxLogisticRegressionConformanceTests : OnnxModelRuntimeConformanceTests
{
    private protected override OnnxModelFolder CreateFolder() =>
        new(15, "probabilities", 1, OnnxModels.LogisticRegression(15, seed: 1));
}

public sealed class OnnxPerceptronConformanceTests : OnnxModelRuntimeConformanceTests
{
    private protected override OnnxModelFolder CreateFolder() =>
        new(37, "score", null, OnnxModels.Perceptron(37, hidden: 19, seed: 2));
}

public sealed class OnnxBoostedClassifierConformanceTests : OnnxModelRuntimeConformanceTests
{
    private protected override OnnxModelFolder CreateFolder() =>
        new(15, "probabilities", 1, OnnxModels.BoostedClassifier(15, trees: 100, depth: 5, seed: 3));
}

public sealed class OnnxBoostedRegressorConformanceTests : OnnxModelRuntimeConformanceTests
{
    private protected override OnnxModelFolder CreateFolder() =>
        new(15, "score", null, OnnxModels.BoostedRegressor(15, trees: 100, depth: 5, seed: 3));
}

public sealed class OnnxComputedWeightsConformanceTests : OnnxModelRuntimeConformanceTests
{
    private protected override OnnxModelFolder CreateFolder() =>
        new(37, "score", null, OnnxModels.ComputedWeights(37, hidden: 19, seed: 4));
}

/// <summary>Batches filled up to a multiple, which no model above needs on every machine.</summary>
public sealed class OnnxFilledBatchConformanceTests : OnnxBatchShapeConformanceTests
{
    private protected override OnnxBatchShape Shape => new(16, 1024);
}

/// <summary>Row by row, the last resort.</summary>
public sealed class OnnxRowByRowConformanceTests : OnnxBatchShapeConformanceTests
{
    private protected override OnnxBatchShape Shape => new(1, 1);
}

public abstract class OnnxBatchShapeConformanceTests : ModelRuntimeConformance
{
    private protected abstract OnnxBatchShape Shape { get; }

    protected override IModelRuntime CreateRuntime()
    {
        using SessionOptions options = OnnxSessionOptions.Create();
        var session = new InferenceSession(OnnxModels.LogisticRegression(15, seed: 1), options);
        var signature = new OnnxSignature(
            "features", 15, "probabilities", TensorElementType.Float, Columns: 2, Column: 1, OutputIsVector: false);
        return new OnnxModelRuntime(session, signature, Shape, "model.onnx", version: 1);
    }
}

public abstract class OnnxModelRuntimeConformanceTests : ModelRuntimeConformance
{
    private OnnxModelFolder? _folder;

    private protected abstract OnnxModelFolder CreateFolder();

    protected override IModelRuntime CreateRuntime()
    {
        _folder = CreateFolder();
        return new OnnxModelCatalog().Load(_folder.Pipeline, OnnxModelFolder.Version);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _folder?.Dispose();
    }
}
