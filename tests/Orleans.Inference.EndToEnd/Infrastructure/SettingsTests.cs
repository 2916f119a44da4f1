using System.Text.RegularExpressions;
using Orleans.Inference.EndToEnd.Infrastructure.Bicep;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>Every environment variable that infra/ sets is one that something reads.</summary>
public sealed partial class SettingsTests
{
    // Read by the Azure libraries: which of several managed identities to show.
    private const string AzureIdentity = "AZURE_CLIENT_ID";

    private const string Mechanism = "sasl.mechanism";

    public static TheoryData<string> Places { get; } = [.. Workload.Overlays, "azure"];

    [Theory]
    [MemberData(nameof(Places))]
    public void KafkaSettings_OfAPlace_AreAcceptedByTheProgram(string place)
    {
        var kafka = VariablesOf(place).Where(variable => variable.Name.StartsWith("Kafka__", StringComparison.Ordinal))
            .ToDictionary(variable => variable.Name["Kafka__".Length..].Replace("__", ":"), variable => variable.Value ?? "given elsewhere", StringComparer.Ordinal);
        foreach (var mechanism in kafka.ContainsKey(Mechanism) ? SaslMechanisms() : [])
        {
            kafka[Mechanism] = mechanism;
            Assert.NotEmpty(KafkaSettings.From(kafka!).Brokers);
        }

        var settings = KafkaSettings.From(kafka!);
        Assert.NotEmpty(settings.Brokers);
        Assert.False(settings.CreateTopics);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void KeysForCallers_OfAPlace_HaveEachRoleOnceAndNoValue(string place)
    {
        var variables = VariablesOf(place).Where(variable => variable.Name.StartsWith("Auth__", StringComparison.Ordinal)).ToList();
        var keys = variables.Select(variable => (Match: CallerKey().Match(variable.Name), variable.Value)).ToList();
        Assert.All(keys, key => Assert.True(key.Match.Success));
        Assert.Equal(["admin", "read", "score"], keys.Where(key => key.Match.Groups["part"].Value == "Role").Select(key => key.Value).Order(StringComparer.Ordinal));
        Assert.All(keys.GroupBy(key => key.Match.Groups["number"].Value), key => Assert.Equal(2, key.Count()));
        Assert.All(keys.Where(key => key.Match.Groups["part"].Value == "Key"), key => Assert.Null(key.Value));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void OtherVariables_OfAPlace_AreReadByTheSource(string place)
    {
        var variables = VariablesOf(place).Where(variable => !variable.Name.StartsWith("Kafka__", StringComparison.Ordinal) && !variable.Name.StartsWith("Auth__", StringComparison.Ordinal));
        var literals = SourceLiterals();
        Assert.All(variables.Select(variable => variable.Name).Where(name => name != AzureIdentity), name =>
            Assert.True(literals.Contains(name.Replace("__", ":")), $"{place}: nothing reads {name}"));
    }

    /// <summary>What may be chosen when deploying to Azure.</summary>
    private static IEnumerable<string> SaslMechanisms() =>
        ((BicepArray)BicepFile.Read("main.bicep").Get("param", "saslMechanism").Decorators.Single(decorator => decorator.Function == "allowed").Arguments.Single())
            .Items.Select(item => ((BicepString)item).Text);

    /// <summary>Names and values; null where the value is a secret or is known only when it is deployed.</summary>
    private static List<(string Name, string? Value)> VariablesOf(string place)
    {
        if (place != "azure")
        {
            return [.. new Workload(place).Environment.Select(variable => (variable.Key, variable.Value))];
        }

        var app = BicepFile.Read("modules/app.bicep").Resource("Microsoft.App/containerApps");
        return [.. app.Objects("properties.template.containers").Single().Objects("env").Select(variable => (variable.Text("name"), (variable["value"] as BicepString)?.Text))];
    }

    /// <summary>The string literals of the programs' sources.</summary>
    private static HashSet<string> SourceLiterals() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => StringLiteral().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["text"].Value),
    ];

    [GeneratedRegex("^Auth__Keys__(?<number>[0-9])__(?<part>Key|Role)$", RegexOptions.ExplicitCapture)]
    private static partial Regex CallerKey();

    [GeneratedRegex("\"(?<text>[A-Za-z_:]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex StringLiteral();
}
