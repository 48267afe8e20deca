using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace AgentSim.Tests.Reports.Html;

/// <summary>A test in a real browser; skipped, and said so, where Chromium and its driver are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Chromium.Driver is null) Skip = "Chromium and chromedriver are not installed (Debian: chromium, chromium-driver)";
    }
}

/// <summary>Headless Chromium, steered by the WebDriver protocol.</summary>
internal sealed class Chromium : IDisposable
{
    private const string Element = "element-6066-11e4-a52e-4f735466cecf";   // how the protocol marks elements

    private readonly TempFolder _folder = new();
    private readonly Process _driver;
    private readonly HttpClient _http = new();
    private readonly string _session;

    public Chromium(string scheme = "light")
    {
        var start = new ProcessStartInfo(Driver!, ["--port=0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        _driver = Process.Start(start)!;
        string? line;
        int port = 0;
        while (port == 0 && (line = _driver.StandardOutput.ReadLine()) is not null)
        {
            int at = line.LastIndexOf("on port ", StringComparison.Ordinal);
            if (line.Contains("success", StringComparison.Ordinal))
                port = int.Parse(line[(at + 8)..].TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture);
        }

        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}/");
        JsonElement made = Send(HttpMethod.Post, "session", new
        {
            capabilities = new
            {
                alwaysMatch = new Dictionary<string, object>
                {
                    ["goog:chromeOptions"] = new
                    {
                        args = (string[])["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                            "--window-size=1280,900", $"--user-data-dir={_folder.File("profile")}",
                            .. scheme == "dark" ? ["--force-dark-mode"] : Array.Empty<string>()],
                    },
                    ["goog:loggingPrefs"] = new { browser = "ALL" },
                },
            },
        });
        _session = $"session/{made.GetProperty("sessionId").GetString()}";
    }

    /// <summary>Path of chromedriver; null where it or Chromium is missing.</summary>
    public static string? Driver { get; } = Find("chromium") is null && Find("chromium-browser") is null
        && Find("google-chrome") is null ? null : Find("chromedriver");

    /// <summary>Opens a page that is given as text.</summary>
    public void Open(string html, string fragment = "") =>
        Command("url", new { url = new Uri(_folder.Write("page.html", Encoding.UTF8.GetBytes(html))).AbsoluteUri + fragment });

    /// <summary>Runs the body of a function; a promise is waited for.</summary>
    public JsonElement Run(string script) => Command("execute/sync", new { script, args = Array.Empty<object>() });

    /// <summary>Gives the window another size; no less than 500 wide.</summary>
    public void Resize(int width, int height)
    {
        Command("window/rect", new { width, height });
        Run("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))));");
    }

    /// <summary>Presses keys in an element.</summary>
    public void Press(string selector, string keys)
    {
        string element = Command("element", new Dictionary<string, string> { ["using"] = "css selector", ["value"] = selector })
            .GetProperty(Element).GetString()!;
        Command($"element/{element}/value", new { text = keys });
        // Drawing waits for the next frame.
        Run("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))));");
    }

    /// <summary>What scripts and the browser complained about since the last call.</summary>
    public string[] Complaints() => [.. Command("se/log", new { type = "browser" }).EnumerateArray()
        .Select(entry => entry.GetProperty("message").GetString()!)];

    /// <summary>The page on paper, a PDF file.</summary>
    public byte[] Print() => Command("print", new { }).GetBytesFromBase64();

    public void Dispose()
    {
        try
        {
            Send(HttpMethod.Delete, _session, null);
        }
        finally
        {
            _driver.Kill(entireProcessTree: true);
            _driver.WaitForExit();
            _driver.Dispose();
            _http.Dispose();
            _folder.Dispose();
        }
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private JsonElement Command(string name, object body) => Send(HttpMethod.Post, $"{_session}/{name}", body);

    private JsonElement Send(HttpMethod method, string path, object? body)
    {
        // The driver takes no chunked bodies.
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = _http.Send(request);
        JsonElement value = response.Content.ReadFromJsonAsync<JsonElement>().GetAwaiter().GetResult().GetProperty("value");
        return response.IsSuccessStatusCode ? value : throw new InvalidOperationException($"{path}: {value}");
    }
}
