using Orleans.Inference.Commands.Benchmarks.Figures;

namespace Orleans.Inference.Commands.Benchmarks;

/// <summary>One thing that is measured. It stops by itself and leaves nothing behind.</summary>
internal interface IBenchScenario
{
    /// <summary>As in <c>--scenario</c>.</summary>
    string Name { get; }

    /// <summary>Takes every figure as often as asked for. Figures of one run are taken side by side, so that what disturbs one disturbs the other.</summary>
    Task MeasureAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken);
}
