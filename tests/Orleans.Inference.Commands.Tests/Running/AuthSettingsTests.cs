using Microsoft.Extensions.Configuration;
using Orleans.Inference.Commands.Running;

namespace Orleans.Inference.Commands.Tests.Running;

public sealed class AuthSettingsTests
{
    private const string Secret = "s3cret-0123456789";

    [Fact]
    public void Keys_None_IsEmpty() => Assert.True(AuthSettings.Read(Settings()).IsEmpty);

    [Fact]
    public void Keys_ThatFit_AreTaken() => Assert.False(
        AuthSettings.Read(Settings(
            ("Auth:Keys:0:Key", Secret), ("Auth:Keys:0:Role", "admin"), ("Auth:Keys:0:Name", "ops"),
            ("Auth:Keys:1:Key", Secret + "x"), ("Auth:Keys:1:Role", "Read"))).IsEmpty);

    [Fact]
    public void Keys_WithManyFaults_AreRefusedAllAtOnceAndNeverShown()
    {
        var problem = Assert.Throws<CommandException>(() => AuthSettings.Read(Settings(
            ("Auth:Mode", "open"),
            ("Auth:Keys:0:Key", ""),
            ("Auth:Keys:0:Role", "read"),
            ("Auth:Keys:1:Key", "s3cret-01234567"),
            ("Auth:Keys:1:Role", "score"),
            ("Auth:Keys:2:Key", Secret),
            ("Auth:Keys:2:Role", Secret),
            ("Auth:Keys:3:Key", Secret),
            ("Auth:Keys:3:Rolle", "read"),
            ("Auth:Keys:4:Key", Secret + " and a space"),
            ("Auth:Keys:4:Role", "read"),
            ("Auth:Keys:4:Name", "a\nb"),
            ("Auth:Keys:5:Name", "key 1"),
            ("Auth:Keys:5:Key", Secret + Secret),
            ("Auth:Keys:5:Role", "admin"))));
        Assert.Equal(ExitCode.Usage, problem.ExitCode);
        Assert.Equal(
            [
                "Auth:Mode is not known; allowed: Auth:Keys",
                "Auth:Keys:0:Key is empty; allowed: at least 16 characters",
                "Auth:Keys:1:Key has 15 characters; allowed: at least 16",
                "Auth:Keys:2:Role is none of the roles; allowed: read, score, admin",
                "Auth:Keys:3:Rolle is not known; allowed: Key, Role, Name",
                "Auth:Keys:3:Key is the same as Auth:Keys:2:Key; allowed: each key once",
                "Auth:Keys:3:Role is empty; allowed: read, score, admin",
                "Auth:Keys:4:Key has a character that a header cannot carry; allowed: ASCII letters, digits and signs without spaces",
                "Auth:Keys:4:Name is no name for logs; allowed: at most 100 printable ASCII characters",
                "Auth:Keys:5:Name is there twice; allowed: each name once",
            ],
            problem.Message.Split('\n'));
        Assert.DoesNotContain("s3cret", problem.Message);
    }

    [Fact]
    public void Keys_AsOneText_AreRefused()
    {
        var problem = Assert.Throws<CommandException>(() => AuthSettings.Read(Settings(("Auth:Keys", Secret))));
        Assert.Contains("Auth:Keys:0:Key", problem.Message);
        Assert.DoesNotContain("s3cret", problem.Message);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://127.0.0.1:1;http://[::]:8080")]
    public void Listen_BeyondLoopback_NeedsKeys(string urls)
    {
        Assert.Throws<CommandException>(() => ListenAddress.Check(urls, Settings(), hasKeys: false));
        ListenAddress.Check(urls, Settings(), hasKeys: true);
    }

    [Fact]
    public void Listen_ByTheWebServersOwnSettings_NeedsKeysToo()
    {
        var settings = Settings(("Kestrel:Endpoints:Http:Url", "http://0.0.0.0:8080"));
        var problem = Assert.Throws<CommandException>(() => ListenAddress.Check("http://127.0.0.1:1", settings, hasKeys: false));
        Assert.StartsWith("Kestrel:Endpoints:Http:Url http://0.0.0.0:8080", problem.Message);
        ListenAddress.Check("http://127.0.0.1:1", settings, hasKeys: true);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://127.0.0.1")]
    public void Listen_Malformed_IsRefusedAlsoWithKeys(string urls) =>
        Assert.Throws<CommandException>(() => ListenAddress.Check(urls, Settings(), hasKeys: true));

    private static IConfiguration Settings(params (string Path, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Path, (string?)value.Value)))
        .Build();
}
