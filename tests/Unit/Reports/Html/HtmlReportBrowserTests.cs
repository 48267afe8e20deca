using System.Text.Json;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Reports.Html;

public class HtmlReportBrowserTests
{
    private const string Plus = "+", ArrowLeft = "\ue012", ArrowUp = "\ue013", ArrowRight = "\ue014", ArrowDown = "\ue015",
        Escape = "\ue00c";

    [ChromiumFact]
    public void A_page_draws_everything_without_complaints()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.AgenticRun(), Pages.AgenticRun(workers: 2)));
        Assert.Equal("true", browser.Run("return document.documentElement.dataset.ready").GetString());
        Assert.Empty(browser.Complaints());
        Assert.Equal(12, browser.Run("return document.querySelectorAll('.plot canvas').length").GetInt32());
        // Every canvas has ink: more than one colour.
        Assert.Equal(0, browser.Run(
            """
            const isBlank = canvas => {
              const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
              return pixels.every(pixel => pixel === pixels[0]);
            };
            return [...document.querySelectorAll("canvas")].filter(isBlank).length;
            """).GetInt32());
    }

    [ChromiumFact]
    public void Hostile_text_is_shown_and_does_not_run()
    {
        const string Hostile = "</script><script>window.ran=1</script><img src=x onerror='window.ran=2'>";
        using var browser = new Chromium();
        string html = Pages.Html(Sim.Run(
            Pages.Agentic.Replace("\"main\"", JsonSerializer.Serialize(Hostile)).Replace("\"a1\"", JsonSerializer.Serialize(Hostile)),
                Sim.Settings(), AgentSim.Rows.TraceFormat.AgenticMooncake));
        browser.Open(html, "#lane-0-1");
        Assert.Equal(JsonValueKind.Null, browser.Run("return window.ran ?? null").ValueKind);
        Assert.Contains(Hostile, browser.Run("return document.getElementById('lane-detail').textContent").GetString());
        Assert.Contains(Hostile, browser.Run("return document.querySelector('#slowest').textContent").GetString());
        Assert.Empty(browser.Complaints());

        // Even script that finds its way into the page cannot run.
        browser.Run("const s = document.createElement('script'); s.textContent = 'window.ran = 3'; document.body.append(s); " +
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=4\">');");
        browser.Run("return new Promise(done => setTimeout(() => done(0), 100))");
        Assert.Equal(JsonValueKind.Null, browser.Run("return window.ran ?? null").ValueKind);
        Assert.Contains(browser.Complaints(), complaint => complaint.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [ChromiumFact]
    public void Lanes_zoom_and_move_with_the_keyboard()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.AgenticRun()));
        double Span() => View("to") - View("from");
        double View(string side) => double.Parse(browser.Run($"return document.getElementById('lane-view').dataset.{side}").GetString()!,
            System.Globalization.CultureInfo.InvariantCulture);
        string Chosen() => browser.Run("return document.getElementById('lane-view').dataset.chosen").GetString()!;
        string Detail() => browser.Run("return document.getElementById('lane-detail').textContent").GetString()!;

        double all = Span();
        browser.Press("#lane-view", Plus + Plus);
        Assert.Equal(all / 4, Span(), 6);
        double from = View("from");
        browser.Press("#lane-view", "\ue008" + ArrowRight + "\ue000");   // Shift
        Assert.Equal(from + all / 16, View("from"), 6);
        browser.Press("#lane-view", "0");
        Assert.Equal(all, Span(), 6);

        browser.Press("#lane-view", ArrowDown);
        Assert.Equal("1", Chosen());
        Assert.StartsWith("a1 of session main;", Detail());
        browser.Press("#lane-view", ArrowRight);
        Assert.Equal("3", Chosen());
        Assert.Matches("; waited [0-9.]+ ms for sub-agents; tools 5 ms \\(bash 5.50 ms\\); pause 10 ms;", Detail());
        browser.Press("#lane-view", ArrowLeft + ArrowDown);   // a child stands below its parent
        Assert.StartsWith("s1 of session main/sub;", Detail());
        browser.Press("#lane-view", ArrowUp + Escape);
        Assert.Equal("", Chosen());
    }

    [ChromiumFact]
    public void Lanes_zoom_with_the_wheel_and_buttons_and_find_sessions_by_name()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.AgenticRun()));
        const string Settled = "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => { const v = " +
            "document.getElementById('lane-view').dataset; done(v.to - v.from); })));";
        double all = browser.Run(Settled).GetDouble();
        browser.Run("document.getElementById('lane-in').click()");
        Assert.Equal(all / 2, browser.Run(Settled).GetDouble(), 6);
        browser.Run("document.getElementById('lane-view').dispatchEvent(new WheelEvent('wheel', { deltaY: -50, ctrlKey: true, " +
            "cancelable: true, clientX: 600 }))");
        Assert.True(browser.Run(Settled).GetDouble() < all / 2.5);
        browser.Run("document.getElementById('lane-all').click()");
        Assert.Equal(all, browser.Run(Settled).GetDouble(), 6);

        int Height() => browser.Run("return document.getElementById('lane-space').clientHeight").GetInt32();
        int before = Height();
        browser.Press("#lane-filter", "SUB");
        Assert.True(Height() < before);
        browser.Press("#lane-view", ArrowDown);
        Assert.StartsWith("s1 of session main/sub", browser.Run("return document.getElementById('lane-detail').textContent").GetString());
    }

    [ChromiumFact]
    public void Lanes_far_from_the_beginning_are_drawn_however_close_one_looks()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Sim.Run(
            """
            {"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"timestamp":1e13,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"timestamp":1e15,"input_length":32,"output_length":3,"hash_ids":[1,2]}

            """, Sim.Settings())), "#lane-0-3");
        for (int i = 0; i < 6; i++) browser.Press("#lane-view", string.Concat(Enumerable.Repeat(Plus, 12)));
        JsonElement view = browser.Run("const v = document.getElementById('lane-view').dataset; return [Number(v.from), Number(v.to)];");
        Assert.True(view[0].GetDouble() < view[1].GetDouble());
        Assert.Equal("true", browser.Run("return document.documentElement.dataset.ready").GetString());
        Assert.Empty(browser.Complaints());
    }

    [ChromiumFact]
    public void Nothing_is_out_of_sight_on_a_narrow_screen()
    {
        using var browser = new Chromium();
        browser.Resize(500, 900);
        foreach (string html in (string[])[Pages.Html(Pages.AgenticRun()), Pages.Html(Pages.AgenticRun(), Pages.AgenticRun(workers: 2),
            Pages.AgenticRun(workers: 3)), Pages.Html(Pages.Synthetic(sessions: 300, turns: 1))])
        {
            browser.Open(html);
            Assert.Equal([], browser.Run(
                """
                const wide = [];
                if (document.documentElement.scrollWidth > innerWidth) wide.push("the page is " + document.documentElement.scrollWidth);
                for (const details of document.querySelectorAll("details")) details.open = true;
                for (const table of document.querySelectorAll(".stacked"))
                  if (table.scrollWidth > table.clientWidth) wide.push(table.getAttribute("aria-label") + " is " + table.scrollWidth);
                for (const cell of document.querySelectorAll(".stacked tbody td:not([data-label])")) wide.push("no heading: " + cell.outerHTML.slice(0, 100));
                return wide;
                """).EnumerateArray().Select(problem => problem.GetString()));
        }
    }

    [ChromiumFact]
    public void From_four_workers_on_all_of_them_are_shown_together()
    {
        using var browser = new Chromium();
        foreach ((int workers, string shown) in ((int, string)[])[(1, "worker 0"), (3, "each worker"), (4, "all workers together")])
        {
            browser.Open(Pages.Html(Pages.AgenticRun(workers)));
            Assert.Equal(shown, browser.Run("return document.getElementById('load-choice').selectedOptions[0].textContent").GetString());
        }
    }

    [ChromiumFact]
    public void Requests_without_sessions_can_be_read_in_the_lanes_of_their_workers()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.Synthetic(sessions: 200, turns: 1)));
        browser.Press("#lane-view", ArrowDown);
        Assert.Matches("^request [0-9]+ on worker 0; arrived at .*; waited .*completed\\.$",
            browser.Run("return document.getElementById('lane-detail').textContent").GetString());
        Assert.Empty(browser.Complaints());
    }

    [ChromiumFact]
    public void Slow_requests_lead_to_their_lanes()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.AgenticRun(), Pages.Synthetic(sessions: 300, turns: 4)));
        string ordinal = browser.Run("const link = [...document.querySelectorAll('#slowest a')].at(-1); link.click(); return link.hash")
            .GetString()!["#lane-1-".Length..];
        browser.Run("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
        Assert.Equal(ordinal, browser.Run("return document.getElementById('lane-view').dataset.chosen").GetString());
        Assert.Equal("1", browser.Run("return document.getElementById('lane-run').value").GetString());
        Assert.Equal("lane-view", browser.Run("return document.activeElement.id").GetString());
        Assert.True(browser.Run(
            "return document.getElementById('lane-view').scrollTop >= 0 && " +
                "document.getElementById('lane-view').getBoundingClientRect().top < innerHeight").GetBoolean());
        Assert.Empty(browser.Complaints());
    }

    [ChromiumFact]
    public void Plots_are_read_and_zoomed_with_the_keyboard()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.AgenticRun()));
        string Spoken() => browser.Run("return document.querySelector('#plot-latency-cdf ~ .spoken').textContent").GetString()!;
        browser.Press("#plot-latency-cdf", ArrowRight);
        string first = Spoken();
        Assert.Matches("^[0-9.]+ m?s: trace.jsonl [0-9.]+$", first);
        browser.Press("#plot-latency-cdf", ArrowRight);
        Assert.NotEqual(first, Spoken());
        browser.Press("#plot-latency-cdf", Escape);
        Assert.Equal("", Spoken());
    }

    [ChromiumFact]
    public void Everything_that_can_be_used_has_a_name_and_can_be_reached()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.AgenticRun(), Pages.AgenticRun(workers: 2)));
        Assert.Equal([], browser.Run(
            """
            const problems = [];
            const nameOf = e => e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") ?? "").split(" ").map(id => document.getElementById(id)?.textContent ?? "").join("")
              || [...(e.labels ?? [])].map(label => label.textContent).join("") || e.textContent.trim();
            for (const e of document.querySelectorAll("a, button, input, select, summary, section, figure > div, [tabindex], [role]"))
              if (!nameOf(e) && !e.classList.contains("spoken")) problems.push("no name: " + e.outerHTML.slice(0, 100));
            for (const e of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
              for (const id of `${e.getAttribute("aria-labelledby") ?? ""} ${e.getAttribute("aria-describedby") ?? ""}`.trim().split(/\s+/))
                if (!document.getElementById(id)) problems.push("no such id: " + id);
            for (const e of document.querySelectorAll("a[href^='#']"))
              if (!e.hash.startsWith("#lane-") && !document.getElementById(e.hash.slice(1))) problems.push("leads nowhere: " + e.hash);
            for (const e of document.querySelectorAll("#lane-view, .plot, .scroll, button, select, input, a"))
              if (e.tabIndex < 0) problems.push("out of reach: " + e.outerHTML.slice(0, 100));
            for (const table of document.querySelectorAll(".scroll table"))
              if (table.querySelectorAll("th:not([scope])").length > 0 || !table.tHead) problems.push("no headers: " + table.outerHTML.slice(0, 100));
            let level = 0;
            for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
              if (Number(heading.tagName[1]) > level + 1) problems.push("level skipped: " + heading.textContent);
              level = Number(heading.tagName[1]);
            }
            if (!document.documentElement.lang || !document.title) problems.push("no language or title");
            return problems;
            """).EnumerateArray().Select(problem => problem.GetString()));
    }

    [ChromiumFact]
    public void Text_and_lines_stand_out_from_the_ground_in_light_and_dark()
    {
        const string Contrasts = """
            const numbers = color => {
              const pen = document.createElement("canvas").getContext("2d");
              pen.fillStyle = color;
              pen.fillRect(0, 0, 1, 1);
              return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            };
            const light = color => { const [r, g, b] = numbers(color); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const style = getComputedStyle(document.documentElement), of = name => style.getPropertyValue("--" + name).trim();
            const contrast = (a, b) => { const [x, y] = [light(of(a)), light(of(b))]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
            const weak = [];
            for (const ground of ["back", "raised"]) {
              for (const name of ["text", "soft", "link", "better", "worse"]) if (contrast(name, ground) < 4.5) weak.push([name, ground, contrast(name, ground)]);
              for (const name of ["run0", "run1", "run2", "run3", "run4", "run5", "run6", "run7", "tool", "delay", "queue", "prefill", "decode", "other", "chosen"])
                if (contrast(name, ground) < 3) weak.push([name, ground, contrast(name, ground)]);
            }
            return { weak: JSON.stringify(weak), back: of("back") };
            """;
        var grounds = new HashSet<string>();
        foreach (string scheme in (string[])["light", "dark"])
        {
            using var browser = new Chromium(scheme);
            browser.Open(Pages.Html(Pages.AgenticRun()));
            JsonElement found = browser.Run(Contrasts);
            Assert.Equal("[]", found.GetProperty("weak").GetString());
            grounds.Add(found.GetProperty("back").GetString()!);
        }

        Assert.Equal(2, grounds.Count);
    }

    [ChromiumFact]
    public void Paper_gets_the_light_colours_and_the_screen_its_own_back()
    {
        using var browser = new Chromium("dark");
        browser.Open(Pages.Html(Pages.AgenticRun()));
        browser.Run("window.seen = []; addEventListener('beforeprint', () => " +
            "window.seen.push(getComputedStyle(document.documentElement).getPropertyValue('--back').trim()))");
        Assert.Equal("%PDF", System.Text.Encoding.ASCII.GetString(browser.Print()[..4]));
        Assert.Equal("#ffffff", browser.Run("return window.seen[0]").GetString());
        Assert.Equal("#13171c", browser.Run("return getComputedStyle(document.documentElement).getPropertyValue('--back').trim()")
            .GetString());
        Assert.Empty(browser.Complaints());
    }

    [ChromiumFact]
    public void Five_thousand_requests_are_all_there_and_move()
    {
        using var browser = new Chromium();
        browser.Open(Pages.Html(Pages.Synthetic(sessions: 500, turns: 10)));
        Assert.Equal("true", browser.Run("return document.documentElement.dataset.ready").GetString());
        browser.Press("#lane-view", Plus + Plus + ArrowDown + ArrowRight);
        Assert.Matches("^request [0-9]+ of session session_0; ", browser.Run("return document.getElementById('lane-detail').textContent")
            .GetString());
        Assert.Empty(browser.Complaints());
    }
}
