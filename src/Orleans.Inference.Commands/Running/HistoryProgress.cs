using System.Globalization;

namespace Orleans.Inference.Commands.Running;

/// <summary>How far the demonstration's history has been sent, in a small file beside the state: an interrupted first start goes on where it stopped.</summary>
internal sealed class HistoryProgress
{
    /// <summary>Days of history.</summary>
    public const int Days = 40;

    private const string Done = "done";
    private readonly string _file;

    private HistoryProgress(string file, DateTime from, long sent, bool isDone)
    {
        _file = file;
        From = from.Date;
        Sent = SentBefore = sent;
        IsDone = isDone;
    }

    public DateTime From { get; }

    /// <summary>History ends when it was first begun; from there on payments come live.</summary>
    public DateTime To => From.AddDays(Days);

    public long Sent { get; private set; }

    /// <summary>Sent by earlier processes.</summary>
    public long SentBefore { get; }

    public bool IsDone { get; private set; }

    public static HistoryProgress Open(string folder, DateTime from)
    {
        var file = Path.Combine(folder, "simulation");
        if (!File.Exists(file))
        {
            return new HistoryProgress(file, from, 0, isDone: false);
        }

        var parts = File.ReadAllText(file).Trim().Split(' ');
        return parts.Length == 2
            && DateTime.TryParse(parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var stored)
            && long.TryParse(parts[1], out var sent)
                ? new HistoryProgress(file, stored, sent, isDone: false)
                : new HistoryProgress(file, from, 0, isDone: true);
    }

    public void Report(long sent)
    {
        Sent = sent;
        File.WriteAllText(_file, $"{From:yyyy-MM-dd} {sent}\n");
    }

    public void Complete()
    {
        IsDone = true;
        File.WriteAllText(_file, Done + "\n");
    }
}
