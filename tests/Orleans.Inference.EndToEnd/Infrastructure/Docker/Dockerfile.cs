using System.Text.Json;

namespace Orleans.Inference.EndToEnd.Infrastructure.Docker;

/// <summary>A Dockerfile's instructions, in stages. Strict: an instruction that is not known is an error.</summary>
internal sealed class Dockerfile
{
    private static readonly string[] Known = ["ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"];

    private Dockerfile(string file)
    {
        Name = file;
        var lines = File.ReadAllText(Path.Combine(Repository.Root, file)).Replace("\\\n", " ").Split('\n');
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var instruction = new Instruction(line.Split(' ')[0], line[(line.IndexOf(' ') + 1)..].Trim());
            if (!Known.Contains(instruction.Keyword))
            {
                throw new InvalidDataException($"{file}: '{line}' is no instruction");
            }

            if (instruction.Keyword == "FROM")
            {
                Stages.Add(new Stage(instruction.Rest));
            }

            (Stages.Count == 0 ? Before : Stages[^1].Instructions).Add(instruction);
        }
    }

    public string Name { get; }

    /// <summary>What stands before the first stage.</summary>
    public List<Instruction> Before { get; } = [];

    public List<Stage> Stages { get; } = [];

    /// <summary>The stage that becomes the image.</summary>
    public Stage Image => Stages[^1];

    public static Dockerfile Read(string name) => new(Path.Combine("infra", "docker", name));

    internal sealed record Instruction(string Keyword, string Rest)
    {
        public string[] Words => Rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>The exec form's words; fails for the shell form, whose program would not get signals.</summary>
        public string[] Exec => JsonSerializer.Deserialize<string[]>(Rest)!;
    }

    internal sealed class Stage(string from)
    {
        public List<Instruction> Instructions { get; } = [];

        public string? Name { get; } = from.Split(" AS ") is [_, var name] ? name : null;

        public string From { get; } = from.Split(' ').First(word => !word.StartsWith("--", StringComparison.Ordinal));

        public IEnumerable<Instruction> Of(string keyword) => Instructions.Where(instruction => instruction.Keyword == keyword);

        public Instruction Get(string keyword) => Of(keyword).Single();
    }
}
