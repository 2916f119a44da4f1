namespace Orleans.Inference.Commands.Simulation;

/// <summary>
/// Terminals on a square map of 100 by 100, found by place through a grid of cells as wide as the customers' reach: nine cells hold all
/// candidates.
/// </summary>
internal sealed class TerminalMap
{
    private const double Width = 100;

    private readonly (double X, double Y)[] _places;
    private readonly int[][] _cells;
    private readonly int _columns;
    private readonly double _reach;

    /// <summary>Terminals below <paramref name="first"/> are online shops, which have no place.</summary>
    public TerminalMap(SeededRandom random, int first, int terminals)
    {
        // A reach of 5 among 10,000 terminals is some 70 terminals; with more terminals on the map people go less far.
        _reach = 5 * Math.Sqrt(10_000.0 / terminals);
        _columns = Math.Max(1, (int)(Width / _reach));
        _places = new (double X, double Y)[terminals];
        var cells = new List<int>[_columns * _columns];
        for (var terminal = first; terminal < terminals; terminal++)
        {
            _places[terminal] = (random.NextDouble(0, Width), random.NextDouble(0, Width));
            (cells[CellOf(_places[terminal].X, _places[terminal].Y)] ??= []).Add(terminal);
        }

        _cells = [.. cells.Select(cell => cell?.ToArray() ?? [])];
    }

    /// <summary>Adds the terminals within reach of a place.</summary>
    public void FindNear(double x, double y, List<int> found)
    {
        var column = Cell(x);
        var row = Cell(y);
        for (var r = Math.Max(0, row - 1); r <= Math.Min(_columns - 1, row + 1); r++)
        {
            for (var c = Math.Max(0, column - 1); c <= Math.Min(_columns - 1, column + 1); c++)
            {
                foreach (var terminal in _cells[(r * _columns) + c])
                {
                    var dx = _places[terminal].X - x;
                    var dy = _places[terminal].Y - y;
                    if ((dx * dx) + (dy * dy) <= _reach * _reach)
                    {
                        found.Add(terminal);
                    }
                }
            }
        }
    }

    private int CellOf(double x, double y) => (Cell(y) * _columns) + Cell(x);

    private int Cell(double place) => Math.Min(_columns - 1, (int)(place * _columns / Width));
}
