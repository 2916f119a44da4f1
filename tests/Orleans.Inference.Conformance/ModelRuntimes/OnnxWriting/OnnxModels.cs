namespace Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;

/// <summary>Models to test with: what users export, made from a seed.</summary>
internal static class OnnxModels
{
    /// <summary>Scaler and logistic regression, all in float32: "features" [N, F] -> "probabilities" [N, 2].</summary>
    public static byte[] LogisticRegression(int features, int seed)
    {
        var random = new Random(seed);
        var model = new OnnxModelWriter();
        string mean = model.Constant(Draw(random, features, -1, 1), features);
        string scale = model.Constant(Draw(random, features, 0.5f, 2), features);
        string coefficients = model.Constant(Draw(random, features, -0.5f, 0.5f), features, 1);
        string intercept = model.Constant([0.1f], 1);
        string one = model.Constant([1f], 1);
        return model
            .Input("features", OnnxElement.Float, null, features)
            .Node("Sub", ["features", mean], ["centred"])
            .Node("Div", ["centred", scale], ["scaled"])
            .Node("MatMul", ["scaled", coefficients], ["product"])
            .Node("Add", ["product", intercept], ["logit"])
            .Node("Sigmoid", ["logit"], ["positive"])
            .Node("Sub", [one, "positive"], ["negative"])
            .Node("Concat", ["negative", "positive"], ["probabilities"], OnnxAttribute.Int("axis", 1))
            .Output("probabilities", OnnxElement.Float, null, 2)
            .ToArray();
    }

    /// <summary>The same in float64 behind a cast, for answers that agree with float64 training code.</summary>
    public static byte[] LogisticRegression(double[] mean, double[] scale, double[] coefficients, double intercept)
    {
        int features = mean.Length;
        var model = new OnnxModelWriter();
        string means = model.Constant(mean, features);
        string scales = model.Constant(scale, features);
        string weights = model.Constant(coefficients, features, 1);
        string bias = model.Constant([intercept], 1);
        string one = model.Constant([1d], 1);
        return model
            .Input("features", OnnxElement.Float, null, features)
            .Node("Cast", ["features"], ["wide"], OnnxAttribute.Int("to", (int)OnnxElement.Double))
            .Node("Sub", ["wide", means], ["centred"])
            .Node("Div", ["centred", scales], ["scaled"])
            .Node("MatMul", ["scaled", weights], ["product"])
            .Node("Add", ["product", bias], ["logit"])
            .Node("Sigmoid", ["logit"], ["positive"])
            .Node("Sub", [one, "positive"], ["negative"])
            .Node("Concat", ["negative", "positive"], ["probabilities"], OnnxAttribute.Int("axis", 1))
            .Output("probabilities", OnnxElement.Double, null, 2)
            .ToArray();
    }

    /// <summary>Two dense layers: "features" [N, F] -> "score" [N, 1].</summary>
    public static byte[] Perceptron(int features, int hidden, int seed)
    {
        var random = new Random(seed);
        var model = new OnnxModelWriter();
        string first = model.Constant(Draw(random, features * hidden, -0.3f, 0.3f), features, hidden);
        string firstBias = model.Constant(Draw(random, hidden, -0.1f, 0.1f), hidden);
        string second = model.Constant(Draw(random, hidden, -0.3f, 0.3f), hidden, 1);
        string secondBias = model.Constant([0.05f], 1);
        return model
            .Input("features", OnnxElement.Float, null, features)
            .Node("Gemm", ["features", first, firstBias], ["layer"])
            .Node("Tanh", ["layer"], ["active"])
            .Node("Gemm", ["active", second, secondBias], ["logit"])
            .Node("Sigmoid", ["logit"], ["score"])
            .Output("score", OnnxElement.Float, null, 1)
            .ToArray();
    }

    /// <summary>
    /// A product whose weights are computed while scoring, so that the library cannot pack them and chooses a kernel by the batch's size:
    /// "features" [N, F] -> "score" [N, 1].
    /// </summary>
    public static byte[] ComputedWeights(int features, int hidden, int seed)
    {
        var random = new Random(seed);
        var model = new OnnxModelWriter();
        string first = model.Constant(Draw(random, features * hidden, -0.3f, 0.3f), features, hidden);
        string second = model.Constant(Draw(random, hidden, -0.3f, 0.3f), hidden, 1);
        string zero = model.Constant([0f], 1);
        return model
            .Input("features", OnnxElement.Float, null, features)
            .Node("Size", ["features"], ["size"])
            .Node("Cast", ["size"], ["number"], OnnxAttribute.Int("to", (int)OnnxElement.Float))
            .Node("Mul", ["number", zero], ["nothing"])
            .Node("Add", [first, "nothing"], ["first"])
            .Node("Add", [second, "nothing"], ["second"])
            .Node("MatMul", ["features", "first"], ["layer"])
            .Node("Tanh", ["layer"], ["active"])
            .Node("MatMul", ["active", "second"], ["score"])
            .Output("score", OnnxElement.Float, null, 1)
            .ToArray();
    }

    /// <summary>Boosted trees as a classifier: "features" [N, F] -> "label" [N], "probabilities" [N, 2].</summary>
    public static byte[] BoostedClassifier(int features, int trees, int depth, int seed)
    {
        var model = new OnnxModelWriter().Input("features", OnnxElement.Float, null, features);
        Boosted(features, trees, depth, seed, label: 1).WriteClassifier(model, "features", "label", "probabilities", "LOGISTIC");
        return model
            .Output("label", OnnxElement.Int64, (long?)null)
            .Output("probabilities", OnnxElement.Float, null, 2)
            .ToArray();
    }

    /// <summary>The same trees as a regressor whose sum goes through a sigmoid: "features" [N, F] -> "score" [N, 1].</summary>
    public static byte[] BoostedRegressor(int features, int trees, int depth, int seed)
    {
        var model = new OnnxModelWriter().Input("features", OnnxElement.Float, null, features);
        Boosted(features, trees, depth, seed, label: 0).WriteRegressor(model, "features", "logit", "NONE");
        return model.Node("Sigmoid", ["logit"], ["score"]).Output("score", OnnxElement.Float, null, 1).ToArray();
    }

    /// <summary>Full trees of a depth; node 0 is the root, children of node n are 2n + 1 and 2n + 2.</summary>
    private static OnnxTreeEnsemble Boosted(int features, int trees, int depth, int seed, int label)
    {
        var random = new Random(seed);
        var ensemble = new OnnxTreeEnsemble();
        int branches = (1 << depth) - 1;
        for (int tree = 0; tree < trees; tree++)
        {
            for (int node = 0; node < (2 * branches) + 1; node++)
            {
                if (node < branches)
                    ensemble.Branch(tree, node, random.Next(features), Draw(random, -1, 1), (2 * node) + 1, (2 * node) + 2);
                else
                    ensemble.Leaf(tree, node, (label, Draw(random, -0.2f, 0.2f)));
            }
        }

        return ensemble;
    }

    private static float Draw(Random random, float from, float to) => from + ((to - from) * random.NextSingle());

    private static float[] Draw(Random random, int count, float from, float to)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = Draw(random, from, to);
        return values;
    }
}
