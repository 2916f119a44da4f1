using Orleans.Inference.EndToEnd.Infrastructure.Bicep;
using Orleans.Inference.EndToEnd.Infrastructure.Docker;
using Orleans.Inference.Models.Catalog;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>The Bicep files: they hang together, and give the app what the program reads.</summary>
public sealed class AzureTests
{
    public static TheoryData<string> Files { get; } =
        [.. Directory.EnumerateFiles(BicepFile.Root, "*.bicep*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(BicepFile.Root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void File_Read_HasNamesThatResolve(string file)
    {
        var bicep = BicepFile.Read(file);
        Assert.NotEmpty(bicep.Statements);
        Assert.Empty(bicep.Problems());
        Assert.All(bicep.Of("resource"), resource => Assert.Matches(@"^Microsoft\.[A-Za-z]+(/[A-Za-z]+)+@20\d\d-\d\d-\d\d$", resource.Type));
        Assert.All(bicep.Of("param").Where(_ => file.EndsWith(".bicep", StringComparison.Ordinal)), parameter =>
            Assert.Contains(parameter.Type, (string[])["string", "int", "bool", "array", "object"]));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Modules_OfAFile_AreGivenWhatTheyAskFor(string file)
    {
        var bicep = BicepFile.Read(file);
        foreach (var module in bicep.Of("module"))
        {
            var target = bicep.Module(module);
            var given = ((BicepObject)((BicepObject)module.Value!).At("params")).Members.Select(member => member.Name.Text).ToList();
            Assert.All(given, name => Assert.Contains(name, target.Of("param").Select(parameter => parameter.Name)));
            Assert.All(target.Of("param").Where(parameter => parameter.Value is null), parameter => Assert.Contains(parameter.Name, given));
            var outputs = target.Of("output").Select(output => output.Name).ToList();
            var asked = bicep.Statements.SelectMany(statement => statement.Everything).OfType<BicepMember>()
                .Where(member => member.Of is BicepMember { Name: "outputs", Of: BicepName { Name: var name } } && name == module.Name);
            Assert.All(asked, member => Assert.Contains(member.Name, outputs));
        }
    }

    /// <summary>A secret is marked all the way, and is in no output.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Secrets_OfAFile_AreMarked(string file)
    {
        var bicep = BicepFile.Read(file);
        if (file.EndsWith(".bicepparam", StringComparison.Ordinal))
        {
            Assert.All(bicep.Of("param").Where(parameter => IsSecret(parameter.Name)), parameter => Assert.IsType<BicepCall>(parameter.Value));
            return;
        }

        Assert.All(bicep.Of("param"), parameter => Assert.Equal(IsSecret(parameter.Name), parameter.Decorators.Any(decorator => decorator.Function == "secure")));
        Assert.All(bicep.Of("output").SelectMany(output => output.Everything), expression =>
            Assert.False(expression is BicepCall { Function: "listKeys" } || (expression is BicepName name && IsSecret(name.Name)), $"{file}: {expression}"));

        static bool IsSecret(string? name) => name!.EndsWith("Key", StringComparison.Ordinal) || name.EndsWith("Password", StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_OfTheExample_AreThoseWithoutDefault()
    {
        var example = BicepFile.Read("main.bicepparam");
        Assert.Equal("main.bicep", example.Of("using").Single().Type);
        var needed = BicepFile.Read("main.bicep").Of("param").Where(parameter => parameter.Value is null).Select(parameter => parameter.Name);
        Assert.Equal(needed.Order(StringComparer.Ordinal), example.Of("param").Select(parameter => parameter.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void App_OnAzure_IsTheImageWithItsPortsAndProbes()
    {
        var app = BicepFile.Read("modules/app.bicep").Resource("Microsoft.App/containerApps");
        var container = app.Objects("properties.template.containers").Single();
        var image = Dockerfile.Read("silo.Dockerfile").Image;
        var ports = image.Get("EXPOSE").Words;
        var http = app.At("properties.configuration.ingress") is BicepObject ingress ? ingress.Text("targetPort") : "";
        Assert.Equal(ports[0], http);
        var probes = container.Objects("probes").Select(probe => (Type: probe.Text("type"), Get: (BicepObject)probe.At("httpGet"))).ToList();
        Assert.All(probes, probe =>
        {
            Assert.Equal(http, probe.Get.Text("port"));
            Assert.Equal(probe.Type == "Readiness" ? "/health/ready" : "/health/live", probe.Get.Text("path"));
        });
        Assert.Equal(["Liveness", "Readiness", "Startup"], probes.Select(probe => probe.Type).Order(StringComparer.Ordinal));

        var arguments = ((BicepArray)container.At("args")).Items.Select(item => (item as BicepString)?.Text ?? "/models/fraud");
        Assert.Equal(image.Get("CMD").Exec, arguments);
        Assert.Equal(
            image.Get("VOLUME").Exec.Order(StringComparer.Ordinal),
            container.Objects("volumeMounts").Where(mount => mount.Text("volumeName") != "configuration").Select(mount => mount.Text("mountPath")).Order(StringComparer.Ordinal));
        Assert.Contains(container.Objects("env"), variable => variable.Text("name") == "Clustering__SiloPort" && ports.Contains(variable.Text("value")));
        Assert.Contains(container.Objects("env"), variable => variable.Text("name") == "Clustering__GatewayPort" && ports.Contains(variable.Text("value")));
    }

    [Fact]
    public void App_OnAzure_NamesOnlySecretsAndVolumesThatItHas()
    {
        var app = BicepFile.Read("modules/app.bicep").Resource("Microsoft.App/containerApps");
        var secrets = app.Objects("properties.configuration.secrets").Select(secret => secret.Text("name")).ToList();
        var referred = app.Everything.OfType<BicepObject>().Where(item => item["secretRef"] is not null).Select(item => item.Text("secretRef")).Distinct().ToList();
        Assert.Equal(secrets.Order(StringComparer.Ordinal), referred.Order(StringComparer.Ordinal));
        var volumes = app.Objects("properties.template.volumes").Select(volume => volume.Text("name"));
        Assert.All(app.Everything.OfType<BicepObject>().Where(item => item["volumeName"] is not null), mount => Assert.Contains(mount.Text("volumeName"), volumes));
    }

    /// <summary>The secret with Kafka's settings is the file that the host reads.</summary>
    [Fact]
    public void Configuration_OnAzure_IsWhereTheProgramLooks()
    {
        var app = BicepFile.Read("modules/app.bicep").Resource("Microsoft.App/containerApps");
        var volume = app.Objects("properties.template.volumes").Single(volume => volume.Text("storageType") == "Secret");
        var file = volume.Objects("secrets").Single();
        Assert.Equal("appsettings.json", file.Text("path"));
        var container = app.Objects("properties.template.containers").Single();
        var mount = container.Objects("volumeMounts").Single(mount => mount.Text("volumeName") == volume.Text("name"));
        Assert.Equal(mount.Text("mountPath"), container.Objects("env").Single(variable => variable.Text("name") == "DOTNET_CONTENTROOT").Text("value"));
        var secret = app.Objects("properties.configuration.secrets").Single(secret => secret.Text("name") == file.Text("secretRef"));
        Assert.Equal("settings", ((BicepName)((BicepCall)secret.At("value")).Arguments.Single()).Name);
        Assert.All(container.Objects("env"), variable => Assert.Matches("^[A-Za-z0-9_]+$", variable.Text("name")));
    }

    [Fact]
    public void Pipeline_OnAzure_HasTheTopicsAndTheGroupOfTheRealOne()
    {
        var pipeline = (BicepObject)BicepFile.Read("main.bicep").Get("param", "pipeline").Value!;
        var model = PipelineFolder.Load(Path.Combine(Repository.Root, pipeline.Text("folder").TrimStart('/'))).Model!;
        Assert.Equal(model.Name, pipeline.Text("name"));
        Assert.Equal(model.Source.Topic, pipeline.Text("source"));
        Assert.Equal(
            new[] { model.Sink.Topic, model.Source.DeadLetterTopic, model.Source.LateTopic }.Order(StringComparer.Ordinal),
            ((BicepArray)pipeline.At("outputs")).Items.Select(item => ((BicepString)item).Text).Order(StringComparer.Ordinal));

        var rule = BicepFile.Read("modules/app.bicep").Resource("Microsoft.App/containerApps").Objects("properties.template.scale.rules").Single();
        var metadata = (BicepObject)rule.At("custom.metadata");
        Assert.Equal("inference-*", metadata.Text("consumerGroup"));
        Assert.Equal(
            ((BicepObject)BicepFile.Read("modules/app.bicep").Get("var", "scalerMechanisms").Value!).Members.Select(member => member.Name.Text),
            ((BicepArray)BicepFile.Read("main.bicep").Get("param", "saslMechanism").Decorators.Single().Arguments.Single()).Items.Select(item => ((BicepString)item).Text));
        Assert.Equal(model.Source.Group, metadata.Text("consumerGroup").Replace("*", model.Name));
    }

    [Theory]
    [InlineData("param a string = ")]
    [InlineData("param a string = 'x")]
    [InlineData("var a = { b: 1 b: 2 }")]
    [InlineData("var a = { b: 1\n b: 2 }")]
    [InlineData("var a = [1, 2")]
    [InlineData("resource a 'T@1' = [for x in y: 1]")]
    [InlineData("resource a 'T@1' {}")]
    [InlineData("thing a = 1")]
    [InlineData("var a = 'x${b'")]
    [InlineData("var a = 1 var b = 2")]
    public void Reader_OfSomethingWrong_SaysSo(string text) =>
        Assert.Throws<InvalidDataException>(() => new BicepParser("test", new BicepLexer("test", text).Read()).File());
}
