using System.Globalization;
using Spectre.Console;

namespace Orleans.Inference.Commands.Benchmarks.Figures;

/// <summary>Figures as a table for people.</summary>
internal static class FigureTable
{
    private const int PlainWidth = 140;

    public static void Write(IEnumerable<FigureSet> sets, TextWriter target)
    {
        var isTerminal = ReferenceEquals(target, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(target),
        });
        if (!isTerminal)
        {
            console.Profile.Width = PlainWidth;
        }

        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("scenario");
        table.AddColumn("figure");
        table.AddColumn(new TableColumn("median").RightAligned());
        table.AddColumn("unit");
        table.AddColumn(new TableColumn("lowest to highest").RightAligned());
        table.AddColumn("goal");
        foreach (var set in sets)
        {
            foreach (var figure in set.All)
            {
                table.AddRow(
                    Markup.Escape(set.Scenario),
                    Markup.Escape(figure.Name),
                    Text(figure.Median),
                    Markup.Escape(figure.Unit),
                    figure.Runs.Count < 2 ? "" : $"{Text(figure.Runs.Min())} to {Text(figure.Runs.Max())}",
                    Text(figure));
            }

            table.AddEmptyRow();
        }

        console.Write(table);
    }

    private static string Text(Figure figure) => figure.Goal is { } goal
        ? $"{(goal.IsLowest ? "at least" : "below")} {Text(goal.Bound)}: {(goal.IsMetBy(figure.Median) ? "[green]met[/]" : "[red]missed[/]")}"
        : "";

    private static string Text(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("N1", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
