using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orleans.Inference.EndToEnd.Infrastructure.Bicep;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;
using Orleans.Inference.EndToEnd.Infrastructure.Prometheus;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;
using Orleans.Inference.EndToEnd.Shutdown;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>What monitoring asks for is what a running engine shows.</summary>
[Collection(nameof(Processes))]
public sealed partial class PrometheusTests(BrokerProcess broker) : IClassFixture<BrokerProcess>
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra", "prometheus");

    // What Prometheus adds.
    private static readonly string[] TargetLabels = ["job", "instance", "namespace", "pod"];

    [Fact]
    public async Task Queries_OfRulesAndDashboard_AskForWhatAnEngineShows()
    {
        var metrics = await MetricsOfARunningEngineAsync();
        var queries = RuleQueries().Concat(DashboardQueries()).ToList();
        Assert.True(queries.Count > 15, $"only {queries.Count} queries were found");
        Assert.All(queries, query =>
        {
            Assert.True(query.IsBalanced, query.Text);
            Assert.All(query.Metrics, metric =>
            {
                Assert.True(metrics.Has(metric), $"{metric} is not shown; {query.Text}");
                var labels = metrics.LabelsOf(metric) ?? DocumentedLabels(metric);
                Assert.All(query.Labels.Except(TargetLabels), label => Assert.True(labels.Contains(label), $"{metric} has no label {label}; {query.Text}"));
            });
            Assert.All(query.Selected.Where(matcher => !matcher.Values.Contains('$')), matcher =>
                Assert.All(matcher.Values.Split('|'), value => Assert.Contains(value, ValuesOf(matcher.Label))));
        });

        // Every metric is somewhere on the dashboard.
        var shown = DashboardQueries().SelectMany(query => query.Metrics).ToList();
        Assert.All(metrics.Names, name => Assert.Contains(shown, metric => metric.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Paths_OfProbesAndScrapes_AreRoutesOfTheApi()
    {
        using var files = PaymentPipeline.Create("routes");
        await using var engine = RunningEngine.Start(files, kafka: null);
        await engine.ReadyAsync();
        var paths = Workload.Overlays.SelectMany(KustomizeFolder.Render).SelectMany(item => item.Everything()).OfType<JsonObject>()
            .SelectMany(item => new[] { item.Find("httpGet.path") }.Concat(item.List("podMetricsEndpoints").Select(endpoint => endpoint.At("path"))))
            .OfType<JsonNode>()
            .Select(path => path.Text())
            .Append(Configuration().List("scrape_configs").Single().Text("metrics_path"))
            .Concat(BicepFile.Read("modules/app.bicep").Resource("Microsoft.App/containerApps").Everything.OfType<BicepObject>()
                .Where(item => item["httpGet"] is not null).Select(probe => ((BicepObject)probe["httpGet"]!).Text("path")))
            .Distinct()
            .ToList();
        Assert.True(paths.Count >= 3, string.Join(' ', paths));
        foreach (var path in paths)
        {
            using var response = await engine.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode}");
        }
    }

    [Fact]
    public void Configuration_OfPrometheus_FindsItsRulesAndThePods()
    {
        var configuration = Configuration();
        var pattern = configuration.List("rule_files").Single().Text();
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(Folder, Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern)));
        var job = configuration.List("scrape_configs").Single();
        Assert.Equal("Bearer", job.Text("authorization.type"));
        var kept = job.List("relabel_configs").Where(rule => rule.Find("action")?.Text() == "keep").ToDictionary(rule => rule.Text("source_labels.0"), rule => rule.Text("regex"));
        Assert.All(Workload.Overlays.Select(overlay => new Workload(overlay)), workload =>
        {
            Assert.Equal(kept["__meta_kubernetes_pod_label_app_kubernetes_io_name"], workload.Deployment.At("spec.template.metadata.labels")["app.kubernetes.io/name"]!.Text());
            Assert.Contains(kept["__meta_kubernetes_pod_container_port_name"], workload.Ports.Keys);
        });
        Assert.All(RuleQueries().SelectMany(query => query.Selected).Where(matcher => matcher.Label == "job"), matcher => Assert.Equal(job.Text("job_name"), matcher.Values));
    }

    [Fact]
    public void Rules_AllOfThem_SayWhatIsWrong()
    {
        var rules = Rules().ToList();
        Assert.Equal(rules.Count, rules.Select(rule => rule.Text("alert")).Distinct().Count());
        Assert.All(rules, rule =>
        {
            Assert.Contains(rule.Text("labels.severity"), (string[])["critical", "warning"]);
            Assert.NotEmpty(rule.Text("annotations.summary"));
            var query = new PrometheusQuery(rule.Text("expr"));
            var named = LabelTemplate().Matches(rule.At("annotations").ToJsonString()).Select(match => match.Groups["label"].Value);
            Assert.All(named.Except(TargetLabels), label => Assert.Contains(label, query.Labels));
        });
        var tested = YamlFile.Read(Path.Combine(Folder, "rules", "inference.test.yml")).Single().List("tests").SelectMany(test => test.List("alert_rule_test"));
        Assert.All(tested, test => Assert.Contains(test.Text("alertname"), rules.Select(rule => rule.Text("alert"))));
    }

    /// <summary>The real tool runs the rules over invented series, where it is installed.</summary>
    [Fact]
    public async Task Rules_TestedByPromtool_Pass()
    {
        var tested = await CommandLine.TryRunAsync("promtool", ["test", "rules", Path.Combine(Folder, "rules", "inference.test.yml")], TestContext.Current.CancellationToken);
        if (tested is null)
        {
            Assert.Skip("This machine has no promtool.");
        }

        Assert.True(tested.Value.Code == 0, tested.Value.Output + tested.Value.Errors);
    }

    [Fact]
    public void Dashboard_OfGrafana_IsWhole()
    {
        var dashboard = Dashboard();
        var panels = dashboard.List("panels").ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel.Number("id")).Distinct().Count());
        Assert.Equal(["datasource", "pipeline"], dashboard.List("templating.list").Select(variable => variable.Text("name")));
        Assert.All(panels, panel =>
        {
            Assert.NotEmpty(panel.Text("title"));
            Assert.All(panel.List("targets"), target => Assert.Equal("${datasource}", target.Text("datasource.uid")));
            Assert.True(panel.Number("gridPos.x") + panel.Number("gridPos.w") <= 24);
        });
        var used = DashboardQueries().SelectMany(query => Variable().Matches(query.Text)).Select(match => match.Groups["name"].Value).Distinct();
        Assert.All(used, name => Assert.Contains(name, (string[])["pipeline", "__rate_interval"]));
    }

    /// <summary>With Kafka, so that there is lag, and after an event, so that there are series.</summary>
    private async Task<ExposedMetrics> MetricsOfARunningEngineAsync()
    {
        using var files = PaymentPipeline.Create("monitored");
        await using var engine = RunningEngine.Start(files, broker.Address);
        await engine.ReadyAsync();
        using var scored = await engine.PostAsync("score?durable=true", RefusedStartTests.Payment("e1"));
        Assert.Equal(HttpStatusCode.OK, scored.StatusCode);
        return new ExposedMetrics(await engine.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken));
    }

    /// <summary>As docs/operations.md lists them, for what has no series in an engine without faults.</summary>
    private static HashSet<string> DocumentedLabels(string metric)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var row = Regex.Match(page, $@"`{metric}\{{(?<labels>[a-z,_]+)\}}`", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(row.Success, $"docs/operations.md does not list {metric}");
        return [.. row.Groups["labels"].Value.Split(',')];
    }

    private static IEnumerable<string> ValuesOf(string label) => label switch
    {
        "outcome" => Enum.GetNames<Outcome>().Select(name => name.ToLowerInvariant()),
        "variant" => Enum.GetNames<Variant>().Select(name => name.ToLowerInvariant()),
        "job" => [Configuration().List("scrape_configs").Single().Text("job_name")],
        _ => [],
    };

    private static JsonNode Configuration() => YamlFile.Read(Path.Combine(Folder, "prometheus.yml")).Single();

    private static JsonNode Dashboard() => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "infra", "grafana", "inference.json")))!;

    private static IEnumerable<JsonNode> Rules() =>
        YamlFile.Read(Path.Combine(Folder, "rules", "inference.rules.yml")).Single().List("groups").SelectMany(group => group.List("rules"));

    private static IEnumerable<PrometheusQuery> RuleQueries() => Rules().Select(rule => new PrometheusQuery(rule.Text("expr")));

    private static IEnumerable<PrometheusQuery> DashboardQueries() =>
        Dashboard().List("panels").SelectMany(panel => panel.List("targets")).Select(target => new PrometheusQuery(target.Text("expr")));

    [GeneratedRegex(@"\$labels\.(?<label>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex LabelTemplate();

    [GeneratedRegex(@"\$(?<name>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
