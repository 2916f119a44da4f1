using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines;

/// <summary>Gathers the problems of one file.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<PipelineProblem> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    public void Add(Mark mark, string message) => _problems.Add(new PipelineProblem(file, mark.Line, mark.Column, message));

    public void Add(string message) => _problems.Add(new PipelineProblem(file, 0, 0, message));

    /// <summary>In the order of the file; those without a line last.</summary>
    public IReadOnlyList<PipelineProblem> InOrder() =>
        [.. _problems.OrderBy(problem => problem.Line == 0 ? int.MaxValue : problem.Line).ThenBy(problem => problem.Column)];
}
