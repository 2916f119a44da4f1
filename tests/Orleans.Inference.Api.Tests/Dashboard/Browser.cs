using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Inference.Api.Tests.Dashboard;

/// <summary>One page of a real browser without a window, driven through its debugging protocol. Ends the browser when disposed.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _socket = new();
    private int _calls;

    private Browser(Process process, DirectoryInfo profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Opens a page; skips the test where there is no browser.</summary>
    public static async Task<Browser> OpenAsync(Uri page)
    {
        var program = Array.Find(Programs, File.Exists);
        if (program is null)
        {
            Assert.Skip($"No browser: none of {string.Join(", ", Programs)}.");
        }

        var profile = Directory.CreateTempSubdirectory("browser-");
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in new[]
        {
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0",
            "--remote-allow-origins=*", $"--user-data-dir={profile.FullName}", "about:blank",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var browser = new Browser(Process.Start(start)!, profile);
        try
        {
            await browser.ConnectAsync(page);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>What an expression (or the promise that it is) gives, as text; empty when the page was left meanwhile.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var result = await CallAsync(
            "Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        if (result is null)
        {
            return "";
        }

        Assert.True(result["exceptionDetails"] is null, $"{expression}: {result["exceptionDetails"]?.ToJsonString()}");
        return result["result"]!["value"]?.ToString() ?? "";
    }

    /// <summary>Waits until a condition holds in the page; while the page is being left for another, none does.</summary>
    public async Task UntilAsync(string condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await EvaluateAsync($"(() => {{ try {{ return ({condition}) ? 'yes' : 'no'; }} catch {{ return 'no'; }} }})()") != "yes")
        {
            if (TimeProvider.System.GetElapsedTime(started) > Bound)
            {
                Assert.Fail($"Waited {Bound} for {condition}; the page shows: {await EvaluateAsync("document.body?.innerText")}");
            }

            await pace.WaitForNextTickAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A child that outlived it by a moment still writes; the folder is a temporary one.
        }
    }

    private async Task ConnectAsync(Uri page)
    {
        using var patience = new CancellationTokenSource(Bound);
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(patience.Token);
            Assert.True(line is not null, "The browser ended before it listened.");
        }
        while (!line.StartsWith("DevTools listening on ", StringComparison.Ordinal));

        // Nobody reads the rest; it must not fill the pipe.
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        var address = new Uri(line["DevTools listening on ".Length..]);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address.Authority}") };
        using var opened = await http.PutAsync($"/json/new?{page.AbsoluteUri}", content: null, patience.Token);
        var target = await opened.Content.ReadFromJsonAsync<JsonNode>(patience.Token);
        await _socket.ConnectAsync(new Uri((string)target!["webSocketDebuggerUrl"]!), patience.Token);
        await UntilAsync($"location.href === '{page.AbsoluteUri}' && document.readyState === 'complete'");
    }

    private async Task<JsonNode?> CallAsync(string method, JsonObject parameters)
    {
        using var patience = new CancellationTokenSource(Bound);
        var call = new JsonObject { ["id"] = ++_calls, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes<JsonNode>(call), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        while (true)
        {
            var message = JsonNode.Parse(await ReceiveAsync(patience.Token))!;
            if ((int?)message["id"] == _calls)
            {
                return message["result"];
            }
        }
    }

    private async Task<byte[]> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer, cancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);

        return message.ToArray();
    }
}
