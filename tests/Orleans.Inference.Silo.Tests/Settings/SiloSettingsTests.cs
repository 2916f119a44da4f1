using System.Net;
using Microsoft.Extensions.Configuration;
using Orleans.Inference.Silo.Settings;

namespace Orleans.Inference.Silo.Tests.Settings;

public sealed class SiloSettingsTests
{
    [Fact]
    public void Settings_None_AreALoneSiloWithStateInMemory()
    {
        var settings = Read();

        Assert.Equal("localhost", settings.ClusteringHosting.Name);
        Assert.Equal("folder", settings.StorageHosting.Name);
        Assert.Equal(new ClusteringSettings(), settings.Clustering);
        Assert.Equal((11_111, 30_000, "inference", "inference"),
            (settings.Clustering.SiloPort, settings.Clustering.GatewayPort, settings.Clustering.ClusterId, settings.Clustering.ServiceId));
    }

    [Fact]
    public void Settings_OfACluster_AreRead()
    {
        var settings = Read(
            ("Clustering:Provider", "adonet"), ("Clustering:ConnectionString", "Host=db"), ("Clustering:ClusterId", "blue"), ("Clustering:ServiceId", "fraud"),
            ("Clustering:SiloPort", "12000"), ("Clustering:GatewayPort", "12001"), ("Clustering:AdvertisedAddress", "10.0.0.7"),
            ("Storage:Provider", "adonet"), ("Storage:ConnectionString", "Host=db"));

        Assert.Equal(
            new ClusteringSettings
            {
                Provider = "adonet",
                ClusterId = "blue",
                ServiceId = "fraud",
                SiloPort = 12_000,
                GatewayPort = 12_001,
                AdvertisedAddress = IPAddress.Parse("10.0.0.7"),
                LeaveDelay = TimeSpan.FromSeconds(5),
            },
            settings.Clustering);
        Assert.Equal("adonet", settings.StorageHosting.Name);
    }

    [Fact]
    public void Settings_ManyWrong_AreAllNamedAtOnce()
    {
        var fault = Assert.Throws<InferenceException>(() => Read(
            ("Clustering:Provider", "adonet"), ("Clustering:ClusterId", "a b"), ("Clustering:SiloPort", "70000"), ("Clustering:GatewayPort", "x"),
            ("Clustering:AdvertisedAddress", "here"), ("Clustering:LeaveDelay", "1h"), ("Clustering:SiloProt", "1"), ("Storage:Provider", "disk")));

        Assert.Equal(
            [
                "Clustering:SiloProt: there is no such setting; Provider, ConnectionString, AccountUri, ClusterId, ServiceId, SiloPort, GatewayPort, AdvertisedAddress, LeaveDelay are allowed",
                "Clustering:ClusterId: 'a b': up to 100 letters, digits, '-', '_' and '.' are allowed",
                "Clustering:SiloPort: '70000': a port from 1 to 65535 is allowed",
                "Clustering:GatewayPort: 'x': a port from 1 to 65535 is allowed",
                "Clustering:AdvertisedAddress: 'here': an IP address that other silos can reach is allowed, such as 10.0.0.7",
                "Clustering:LeaveDelay: '1h': a duration from 0s to 20s is allowed, such as 5s or 500ms",
                "Storage:Provider: 'disk': memory, folder, adonet, azure are allowed",
                "Clustering:ConnectionString: is missing; Host=HOST;Port=5432;Database=NAME;Username=USER;Password=PASSWORD is allowed",
            ],
            fault.Message.Split('\n'));
    }

    [Theory]
    [InlineData("Hots=db;Password=secret")]
    [InlineData("Database=only;Password=secret")]
    public void ConnectionString_Wrong_IsNotRepeated(string connection)
    {
        var fault = Assert.Throws<InferenceException>(() => Read(("Storage:Provider", "adonet"), ("Storage:ConnectionString", connection)));

        Assert.StartsWith("Storage:ConnectionString: ", fault.Message);
        Assert.DoesNotContain("secret", fault.Message);
    }

    [Theory]
    [InlineData("Clustering:Provider", "azure", "Orleans.Inference.Hosting.Azure.dll")]
    [InlineData("Clustering:Provider", "kubernetes", "Orleans.Inference.Hosting.Kubernetes.dll")]
    [InlineData("Storage:Provider", "azure", "Orleans.Inference.Hosting.Azure.dll")]
    public void Provider_ThatTheBuildLacks_IsNamedWithTheBuildProperty(string key, string provider, string assembly)
    {
        Assert.SkipWhen(File.Exists(Path.Combine(AppContext.BaseDirectory, assembly)), "this build has the hosting for clouds");

        var fault = Assert.Throws<InferenceException>(() => Read((key, provider)));

        Assert.Equal($"{key}: '{provider}' needs {assembly} beside the program, which this build does not have: build the silo with -p:CloudHosting=true", fault.Message);
    }

    [Theory]
    [InlineData("Clustering:Provider", "memory", "localhost, adonet, azure, kubernetes are allowed")]
    [InlineData("Storage:Provider", "localhost", "memory, folder, adonet, azure are allowed")]
    [InlineData("Storage:Provider", "kubernetes", "memory, folder, adonet, azure are allowed")]
    public void Provider_ThatDoesSomethingElse_IsRefused(string key, string provider, string allowed)
    {
        var fault = Assert.Throws<InferenceException>(() => Read((key, provider)));

        Assert.Equal($"{key}: '{provider}': {allowed}", fault.Message);
    }

    [Fact]
    public void Ports_Equal_AreRefused()
    {
        var fault = Assert.Throws<InferenceException>(() => Read(("Clustering:SiloPort", "12000"), ("Clustering:GatewayPort", "12000")));

        Assert.Equal("Clustering:GatewayPort: 12000 is also Clustering:SiloPort; another port is allowed", fault.Message);
    }

    [Fact]
    public void Folder_InACluster_IsRefused()
    {
        var fault = Assert.Throws<InferenceException>(() => Read(
            ("Clustering:Provider", "adonet"), ("Clustering:ConnectionString", "Host=db"), ("Storage:Provider", "folder")));

        Assert.Equal("Storage:Provider: 'folder': a folder is one silo's; with Clustering:Provider adonet another is allowed, such as adonet", fault.Message);
    }

    [Fact]
    public void LoneSilo_AdvertisedToOthers_IsRefused()
    {
        var fault = Assert.Throws<InferenceException>(() => Read(("Clustering:AdvertisedAddress", "10.0.0.7")));

        Assert.Contains("only 127.0.0.1 is allowed", fault.Message);
    }

    private static SiloSettings Read(params (string Key, string Value)[] settings) => SiloSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
