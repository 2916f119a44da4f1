using System.Text.RegularExpressions;
using Orleans.Inference.EndToEnd.Infrastructure.Bicep;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>Every environment variable that infra/ sets is one that something reads.</summary>
public sealed partial class SettingsTests
{
    // Read by libraries: which of several managed identities to show, and where appsettings.json is.
    private static readonly string[] OfLibraries = ["AZURE_CLIENT_ID", "DOTNET_CONTENTROOT"];

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

    /// <summary>The silo refuses keys of these sections that its lists do not have, so the lists are what it reads.</summary>
    [Theory]
    [MemberData(nameof(Places))]
    public void SiloSettings_OfAPlace_AreThoseTheSiloTakes(string place)
    {
        var variables = VariablesOf(place).Select(variable => (Parts: variable.Name.Split("__"), variable.Value)).ToList();
        var sections = new[] { "Clustering", "Storage" };
        foreach (var section in sections)
        {
            var source = File.ReadAllText(Path.Combine(Repository.Root, "src", "Orleans.Inference.Silo", "Settings", $"{section}Settings.cs"));
            var keys = StringLiteral().Matches(KeyList().Match(source).Value).Select(match => match.Groups["text"].Value).ToList();
            Assert.Contains("Provider", keys);
            Assert.All(variables.Where(variable => variable.Parts[0] == section), variable => Assert.Contains(variable.Parts[1], keys));
        }

        var catalog = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Orleans.Inference.Silo", "Hosting")).Select(File.ReadAllText).ToList();
        Assert.All(variables.Where(variable => sections.Contains(variable.Parts[0]) && variable.Parts[1] == "Provider"), variable =>
            Assert.Contains(catalog, source => source.Contains($"\"{variable.Value}\"", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void OtherVariables_OfAPlace_AreReadByTheHosting(string place)
    {
        var literals = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"), "Orleans.Inference.Hosting.*")
            .SelectMany(project => Directory.EnumerateFiles(project, "*.cs"))
            .SelectMany(file => StringLiteral().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["text"].Value)
            .ToHashSet(StringComparer.Ordinal);
        var names = VariablesOf(place).Select(variable => variable.Name).Where(name => !name.Contains("__", StringComparison.Ordinal) && !OfLibraries.Contains(name));
        Assert.All(names, name => Assert.True(literals.Contains(name), $"{place}: nothing reads {name}"));
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

        var file = BicepFile.Read("modules/app.bicep");
        var container = file.Resource("Microsoft.App/containerApps").Objects("properties.template.containers").Single();
        var variables = container.Objects("env").Select(variable => (variable.Text("name"), (variable["value"] as BicepString)?.Text));
        var kafka = ((BicepObject)((BicepObject)file.Get("var", "settings").Value!).At("Kafka")).Members.Select(setting => ($"Kafka__{setting.Name.Text}", setting.Value switch
        {
            BicepString text => text.Text,
            BicepLiteral literal => literal.Text,
            _ => null,
        }));
        return [.. variables, .. kafka];
    }

    [GeneratedRegex("^Auth__Keys__(?<number>[0-9])__(?<part>Key|Role)$", RegexOptions.ExplicitCapture)]
    private static partial Regex CallerKey();

    [GeneratedRegex(@"Keys =\s*\[[^\]]*\]")]
    private static partial Regex KeyList();

    [GeneratedRegex("\"(?<text>[A-Za-z_:]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex StringLiteral();
}
