using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Storage.Order;

namespace Orleans.Inference.Storage.Tests.Order;

public sealed class FileOrderJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Reopened_HasEveryEntryInOrder()
    {
        OrderedRun[] runs =
        [
            new(0, new PartitionOffset(3, 17), 20, 4), new(4, new PartitionOffset(-1, 7L << 40), 7L << 40, 1),
            new(5, new PartitionOffset(0, 0), long.MaxValue, int.MaxValue),
        ];
        using (var journal = new FileOrderJournal(_folder.FullName))
        {
            Append(journal, runs);
            Assert.Equal(runs, journal.Read(0));
        }

        using var reopened = new FileOrderJournal(_folder.FullName);
        Assert.Equal(runs, reopened.Read(long.MinValue));
        Assert.Equal(runs[1..], reopened.Read(4));
        Assert.Equal(runs[2..], reopened.Read(5));
        Assert.Empty(reopened.Read(6));
    }

    [Fact]
    public void Append_ProcessKilled_IsThere()
    {
        using var journal = new FileOrderJournal(_folder.FullName);
        Append(journal, Run(0), Run(1));

        // Another opening sees what the operating system has, without this one being closed.
        Directory.CreateDirectory(_folder.At("copy"));
        File.Copy(OnlyFile(), Path.Combine(_folder.At("copy"), Path.GetFileName(OnlyFile())));
        using var survivor = new FileOrderJournal(_folder.At("copy"));
        Assert.Equal([Run(0), Run(1)], survivor.Read(0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(39)]
    public void Read_TornLastEntry_LeavesItOutAndGoesOnBehindTheWholeOnes(int missing)
    {
        Fill(5);
        using (var stream = File.OpenWrite(OnlyFile()))
        {
            stream.SetLength(stream.Length - missing);
        }

        AssertGoesOnAfterFour();
    }

    [Fact]
    public void Read_CorruptLastEntry_LeavesItOut()
    {
        Fill(5);
        var bytes = File.ReadAllBytes(OnlyFile());
        bytes[^12] ^= 1;
        File.WriteAllBytes(OnlyFile(), bytes);
        AssertGoesOnAfterFour();
    }

    [Fact]
    public void Read_TailOfZeros_LeavesItOut()
    {
        // What some file systems leave after a power cut: the length was written, the content was not.
        Fill(4);
        using (var stream = File.OpenWrite(OnlyFile()))
        {
            stream.SetLength(stream.Length + 4096);
        }

        AssertGoesOnAfterFour();
    }

    [Fact]
    public void Append_NumberAlreadyThere_TakesItsPlaceAndAllAfterIt()
    {
        using var journal = new FileOrderJournal(_folder.FullName);
        Append(journal, Run(0), Run(1), Run(2), Run(3));
        var other = new OrderedRun(2, new PartitionOffset(9, 9), 9, 1);
        Append(journal, other);
        Assert.Equal([Run(0), Run(1), other], journal.Read(0));
    }

    [Fact]
    public void Trim_RegularCheckpoints_KeepsTheFilesSmallAndWhatIsNeeded()
    {
        const int Entries = 300_000;
        using (var journal = new FileOrderJournal(_folder.FullName))
        {
            for (var sequence = 0; sequence < Entries; sequence++)
            {
                journal.Append(Run(sequence));
                if (sequence % 1000 == 999)
                {
                    journal.Trim(sequence - 1500);
                    var files = Directory.GetFiles(_folder.FullName);
                    Assert.InRange(files.Length, 1, 2);
                    Assert.True(files.Sum(file => new FileInfo(file).Length) < 3 * 1024 * 1024);
                }
            }
        }

        using var reopened = new FileOrderJournal(_folder.FullName);
        Assert.Equal(Enumerable.Range(Entries - 2500, 2500).Select(sequence => Run(sequence)), reopened.Read(Entries - 2500));
    }

    [Fact]
    public void Open_MissingFolder_NamesIt()
    {
        var exception = Assert.Throws<InferenceException>(() => new FileOrderJournal(_folder.At("missing")));
        Assert.Contains(_folder.At("missing"), exception.Message, StringComparison.Ordinal);
    }

    private static OrderedRun Run(long sequence) =>
        new(sequence, new PartitionOffset((int)(sequence % 4), sequence * 2), (sequence * 2) + 1, 1);

    private static void Append(FileOrderJournal journal, params OrderedRun[] runs)
    {
        foreach (var run in runs)
        {
            journal.Append(run);
        }
    }

    private void Fill(int entries)
    {
        using var journal = new FileOrderJournal(_folder.FullName);
        Append(journal, [.. Enumerable.Range(0, entries).Select(sequence => Run(sequence))]);
    }

    private void AssertGoesOnAfterFour()
    {
        using (var journal = new FileOrderJournal(_folder.FullName))
        {
            Assert.Equal([Run(0), Run(1), Run(2), Run(3)], journal.Read(0));
            Append(journal, Run(4), Run(5));
        }

        using var reopened = new FileOrderJournal(_folder.FullName);
        Assert.Equal([Run(0), Run(1), Run(2), Run(3), Run(4), Run(5)], reopened.Read(0));
    }

    private string OnlyFile() => Assert.Single(Directory.GetFiles(_folder.FullName));
}
