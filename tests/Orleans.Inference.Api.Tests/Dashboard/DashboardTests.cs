using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Tests.Hosting;

namespace Orleans.Inference.Api.Tests.Dashboard;

/// <summary>The page in a real browser, with and without keys.</summary>
public sealed class DashboardTests
{
    private const string Key = "reader-0123456789abcdef";
    private const string IsReady = "document.getElementById('state').textContent === 'ready'";
    private const string AsksForKey = "!document.getElementById('login').hidden";
    private const string FollowsStream = "document.getElementById('newest').rows.length > 0";

    [Fact]
    public async Task Page_WithoutKeys_ShowsFiguresAndStream()
    {
        await using var host = await ApiHost.StartAsync();
        await using var browser = await Browser.OpenAsync(host.Client.BaseAddress!);
        await browser.UntilAsync(IsReady);
        await StreamsAsync(host, browser, "C7");
        Assert.Equal("true", await browser.EvaluateAsync("document.getElementById('login').hidden && document.getElementById('forget').hidden"), ignoreCase: true);
    }

    [Fact]
    public async Task Page_WithKeys_AsksForOneAndThenShowsTheSame()
    {
        await using var host = await ApiHost.StartAsync(keys: new CallerKeys([new CallerKey(Key, CallerRole.Read, "reader")]));
        await using var browser = await Browser.OpenAsync(host.Client.BaseAddress!);
        await browser.UntilAsync(AsksForKey);

        await EnterAsync(browser, "not-the-key-0123456789");
        await browser.UntilAsync("document.querySelector('#login [role=alert]').textContent.includes('not known')");
        Assert.Equal("", await browser.EvaluateAsync("sessionStorage.length ? 'kept' : ''"));

        await EnterAsync(browser, Key);
        await browser.UntilAsync(IsReady);
        await StreamsAsync(host, browser, "C8");
        await browser.EvaluateAsync("document.querySelector('#newest .key').click()");
        await browser.UntilAsync("document.getElementById('found').textContent.includes('C8')");

        await browser.EvaluateAsync("document.getElementById('forget').click()");
        await browser.UntilAsync(AsksForKey + " && sessionStorage.length === 0");
    }

    [Fact]
    public async Task Links_WithKeys_ShowWhatTheyLeadTo()
    {
        await using var host = await ApiHost.StartAsync(keys: new CallerKeys([new CallerKey(Key, CallerRole.Read, "reader")]));
        await using var browser = await Browser.OpenAsync(host.Client.BaseAddress!);
        await browser.UntilAsync(AsksForKey);
        await EnterAsync(browser, Key);
        await browser.UntilAsync(IsReady);
        await browser.EvaluateAsync("document.querySelector('nav a[href=\"/v1/pipelines\"]').click()");
        await browser.UntilAsync("location.protocol === 'blob:' && document.body.innerText.includes('\"maintenance\"')");
    }

    private static Task EnterAsync(Browser browser, string key) => browser.EvaluateAsync(
        $"document.querySelector('#login input').value = '{key}'; document.querySelector('#login form').requestSubmit()");

    /// <summary>The stream is open once a prediction is shown; one made before that is not, so they are made until then.</summary>
    private static async Task StreamsAsync(ApiHost host, Browser browser, string entity)
    {
        using var shown = new CancellationTokenSource();
        var made = Task.Run(async () =>
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            for (var i = 0; i < 200 && !shown.IsCancellationRequested; i++)
            {
                host.Engine.Add(entity, 0.5f);
                await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        });
        await browser.UntilAsync(FollowsStream);
        await shown.CancelAsync();
        await made;
        Assert.Contains(entity, await browser.EvaluateAsync("document.getElementById('newest').innerText"));
    }
}
