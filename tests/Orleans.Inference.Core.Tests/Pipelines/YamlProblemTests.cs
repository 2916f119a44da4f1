using Orleans.Inference.Pipelines;
using static Orleans.Inference.Core.Tests.Pipelines.PipelineExamples;

namespace Orleans.Inference.Core.Tests.Pipelines;

public sealed class YamlProblemTests
{
    [Theory]
    [InlineData("", 1, 1, "the file is empty")]
    [InlineData("# nothing\n", 1, 1, "the file is empty")]
    [InlineData("---\n", 1, 1, "the file is empty")]
    [InlineData("fraud", 1, 1, "the file is `fraud`; allowed: a mapping")]
    [InlineData("- a\n- b\n", 1, 1, "the file is a list; allowed: a mapping")]
    [InlineData("pipeline: a\n\tsource: b\n", 2, 1, "a tab indents the line; allowed: spaces")]
    [InlineData("pipeline: [a\n", 2, 1, "not valid YAML")]
    [InlineData("pipeline: \"a\n", 1, 11, "not valid YAML")]
    [InlineData("pipeline: a: b\n", 1, 12, "not valid YAML")]
    [InlineData("pipeline: a\n---\npipeline: b\n", 2, 1, "a second YAML document begins here")]
    [InlineData("pipeline: *name\n", 1, 11, "an alias (`*name`) is not allowed")]
    [InlineData("pipeline: &name a\n", 1, 11, "an anchor (`&name`) is not allowed")]
    [InlineData("pipeline: !!str a\n", 1, 11, "a tag (`tag:yaml.org,2002:str`) is not allowed")]
    [InlineData("? [a, b]\n: c\n", 1, 3, "a key is a list; allowed: a name")]
    [InlineData("pipeline: a\npipeline: b\n", 2, 1, "the key `pipeline` is there twice, first in line 1")]
    public void Read_Yaml_SaysWhatIsWrongWhere(string yaml, int line, int column, string message)
    {
        var reading = Read(yaml);
        Assert.Null(reading.Model);
        var problem = reading.Problems.First(problem => problem.Message.Contains(message));
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{ a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Read_DeepNesting_IsAProblem(string opening)
    {
        var problems = Read("pipeline: " + string.Concat(Enumerable.Repeat(opening, 20_000))).Problems;
        Assert.NotEmpty(problems);
    }

    [Fact]
    public void Read_HugeFile_IsAProblem() =>
        Assert.Contains("at most 1,000,000", ProblemOf(Read(new string('#', PipelineReader.MaxLength + 1))).Message);

    [Fact]
    public void Read_ManyUnknownKeys_TakesLittleTime()
    {
        var yaml = Small + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"unknown_key_{i}: 1\n"));
        Assert.Equal(40_000, Read(yaml).Problems.Count);
    }

    [Fact]
    public void Read_WindowsLineEnds_ReadTheSame()
    {
        var model = ModelOf(Read(Fraud.Replace("\n", "\r\n", StringComparison.Ordinal), 1, 2, 3));
        Assert.Equal(ModelOf(Read(Fraud, 1, 2, 3)).StateFingerprint, model.StateFingerprint);
        Assert.Equal(28, model.NotYet[1].Line);
    }

    /// <summary>Mutations and prefixes of a whole file give a model or problems, never an exception.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_MutatedFile_NeverThrows(int seed)
    {
        const string Signs = "[]{}:,-?*&!|>'\"%@`# \n\t\\=<>()0aé\0\u2028\ud83d";
        var random = new Random(seed);
        for (var i = 0; i < 300; i++)
        {
            var text = Fraud.ToCharArray();
            for (var change = 0; change <= random.Next(4); change++)
            {
                text[random.Next(text.Length)] = Signs[random.Next(Signs.Length)];
            }

            var yaml = new string(text, 0, random.Next(3) == 0 ? random.Next(text.Length) : text.Length);
            var reading = Read(yaml, 1, 2, 3);
            Assert.True(reading.Model is null == (reading.Problems.Count > 0), $"seed {seed}, mutation {i}:\n{yaml}");
        }
    }
}
