using System.Security.Cryptography;
using System.Text;

namespace AgentSim.Reports.Html;

/// <summary>The scripts and styles that are built into the page, and the policy that lets nothing else run.</summary>
internal static class PageResources
{
    private static readonly string Library =
        $"/*\n{Read("ThirdParty.uPlot.LICENSE").Trim()}\n*/\n{Read("ThirdParty.uPlot.uPlot.iife.min.js")}";

    public static IReadOnlyList<string> Scripts { get; } = With("data", "theme", "plots", "laneModel", "laneDrawing", "lanes", "start");

    /// <summary>Those of the page of a capacity.</summary>
    public static IReadOnlyList<string> CapacityScripts => field ??= With("data", "theme", "plots", "capacity");

    public static IReadOnlyList<string> Styles { get; } =
        [$"/*\n{Read("ThirdParty.uPlot.LICENSE").Trim()}\n*/\n{Read("ThirdParty.uPlot.uPlot.min.css")}", Read("Page.page.css")];

    /// <summary>Content security policy: these scripts and styles by their digests, and nothing from anywhere else.</summary>
    public static string Policy { get; } = PolicyOf(Scripts);

    /// <summary>The policy of a page with other scripts.</summary>
    public static string PolicyOf(IReadOnlyList<string> scripts) =>
        $"default-src 'none'; script-src {Digests(scripts)}; style-src {Digests(Styles)}; base-uri 'none'; form-action 'none'";

    private static string[] With(params string[] parts) =>
        [Library, "(() => {\n\"use strict\";\n" + string.Concat(parts.Select(name => Read($"Page.{name}.js"))) + "})();\n"];

    private static string Digests(IReadOnlyList<string> texts) =>
        string.Join(' ', texts.Select(text => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'"));

    private static string Read(string name)
    {
        using Stream resource = typeof(PageResources).Assembly.GetManifestResourceStream($"AgentSim.Reports.Html.{name}")!;
        using var reader = new StreamReader(resource, Encoding.UTF8);
        // Browsers see line feeds only, whatever a checkout made of them.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
