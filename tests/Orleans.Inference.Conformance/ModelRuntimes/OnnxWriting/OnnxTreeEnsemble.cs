namespace Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;

/// <summary>
/// Trees of an ai.onnx.ml ensemble, node by node. A row goes left where its feature is at most the threshold. ONNX compares in float32: give
/// thresholds through <see cref="RoundDown"/> when the original compares float32 features with float64 thresholds.
/// </summary>
internal sealed class OnnxTreeEnsemble
{
    private readonly List<long> _trees = [];
    private readonly List<long> _nodes = [];
    private readonly List<long> _features = [];
    private readonly List<float> _thresholds = [];
    private readonly List<string> _modes = [];
    private readonly List<long> _left = [];
    private readonly List<long> _right = [];
    private readonly List<long> _leafTrees = [];
    private readonly List<long> _leafNodes = [];
    private readonly List<long> _leafClasses = [];
    private readonly List<float> _leafWeights = [];

    /// <summary>
    /// The largest float32 that is not above <paramref name="threshold"/>. For a float32 x, x &lt;= threshold holds exactly where
    /// x &lt;= RoundDown(threshold) does, since no float32 lies between the two; rounding to nearest may go up and let one more x pass.
    /// </summary>
    public static float RoundDown(double threshold)
    {
        float nearest = (float)threshold;
        return nearest > threshold ? MathF.BitDecrement(nearest) : nearest;
    }

    public OnnxTreeEnsemble Branch(int tree, int node, int feature, float threshold, int left, int right)
    {
        Add(tree, node, feature, threshold, "BRANCH_LEQ", left, right);
        return this;
    }

    public OnnxTreeEnsemble Leaf(int tree, int node, params ReadOnlySpan<(int Class, float Weight)> weights)
    {
        Add(tree, node, 0, 0, "LEAF", 0, 0);
        foreach ((int label, float weight) in weights)
        {
            _leafTrees.Add(tree);
            _leafNodes.Add(node);
            _leafClasses.Add(label);
            _leafWeights.Add(weight);
        }

        return this;
    }

    /// <summary>Two classes: a label [N] and probabilities [N, 2].</summary>
    public void WriteClassifier(OnnxModelWriter model, string input, string label, string probabilities, string postTransform) =>
        model.Node(
            OnnxModelWriter.MachineLearning,
            "TreeEnsembleClassifier",
            [input],
            [label, probabilities],
            [
                .. Nodes(),
                OnnxAttribute.Ints("class_treeids", _leafTrees.ToArray()),
                OnnxAttribute.Ints("class_nodeids", _leafNodes.ToArray()),
                OnnxAttribute.Ints("class_ids", _leafClasses.ToArray()),
                OnnxAttribute.Floats("class_weights", _leafWeights.ToArray()),
                OnnxAttribute.Ints("classlabels_int64s", [0, 1]),
                OnnxAttribute.Text("post_transform", postTransform),
            ]);

    /// <summary>One target: the sum of the leaves, [N, 1].</summary>
    public void WriteRegressor(OnnxModelWriter model, string input, string output, string postTransform) =>
        model.Node(
            OnnxModelWriter.MachineLearning,
            "TreeEnsembleRegressor",
            [input],
            [output],
            [
                .. Nodes(),
                OnnxAttribute.Ints("target_treeids", _leafTrees.ToArray()),
                OnnxAttribute.Ints("target_nodeids", _leafNodes.ToArray()),
                OnnxAttribute.Ints("target_ids", new long[_leafWeights.Count]),
                OnnxAttribute.Floats("target_weights", _leafWeights.ToArray()),
                OnnxAttribute.Int("n_targets", 1),
                OnnxAttribute.Text("post_transform", postTransform),
            ]);

    private OnnxAttribute[] Nodes() =>
    [
        OnnxAttribute.Ints("nodes_treeids", _trees.ToArray()),
        OnnxAttribute.Ints("nodes_nodeids", _nodes.ToArray()),
        OnnxAttribute.Ints("nodes_featureids", _features.ToArray()),
        OnnxAttribute.Floats("nodes_values", _thresholds.ToArray()),
        OnnxAttribute.Texts("nodes_modes", _modes),
        OnnxAttribute.Ints("nodes_truenodeids", _left.ToArray()),
        OnnxAttribute.Ints("nodes_falsenodeids", _right.ToArray()),
    ];

    private void Add(int tree, int node, int feature, float threshold, string mode, int left, int right)
    {
        _trees.Add(tree);
        _nodes.Add(node);
        _features.Add(feature);
        _thresholds.Add(threshold);
        _modes.Add(mode);
        _left.Add(left);
        _right.Add(right);
    }
}
