// Plots with uPlot: distributions, load and cache reuse over time.
const runStyles = 8;
const dashes = [[], [8, 4], [2, 3]];
const plotHeight = 230;

const lineOf = (run, label, values) => ({ label, values, color: "run" + run % runStyles, dash: dashes[run % runStyles % dashes.length] });

// A plot that is made anew when its content or the colours change; content() says what it shows.
function plotIn(id, content) {
  const place = document.getElementById(id);
  const spoken = document.createElement("span");
  spoken.className = "spoken";
  spoken.setAttribute("role", "status");
  place.after(spoken);
  let plot = null, shown = null, at = -1, width = 0;

  function draw() {
    plot?.destroy();
    plot = null;
    at = -1;
    shown = content();
    width = place.clientWidth;
    place.textContent = shown ? "" : "There is nothing to show.";
    if (shown) plot = new uPlot(optionsOf(shown, width), [shown.x, ...shown.lines.map(line => line.values)], place);
  }

  function read(index) {
    at = Math.max(0, Math.min(shown.x.length - 1, index));
    plot.setCursor({ left: plot.valToPos(shown.x[at], "x"), top: 10 });
    spoken.textContent = `${shown.xText(shown.x[at])}: ${shown.lines.map(line => `${line.label} ${number(line.values[at])}`).join(", ")}`;
  }

  function zoom(factor) {
    const { min, max } = plot.scales.x, first = shown.x[0], last = shown.x[shown.x.length - 1];
    const middle = at >= 0 ? shown.x[at] : (min + max) / 2;
    plot.setScale("x", { min: Math.max(first, middle - (middle - min) * factor), max: Math.min(last, middle + (max - middle) * factor) });
  }

  function leave() {
    at = -1;
    spoken.textContent = "";
    plot.setCursor({ left: -10, top: -10 });
  }

  const keys = {
    ArrowRight: () => read(at + 1), ArrowLeft: () => read(at - 1), Home: () => read(0), End: () => read(shown.x.length - 1),
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => zoom(Infinity), Escape: leave,
  };
  place.addEventListener("keydown", event => {
    if (!plot || !keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    keys[event.key]();
    event.preventDefault();
  });
  new ResizeObserver(() => {
    if (!plot || place.clientWidth === 0 || place.clientWidth === width) return;
    width = place.clientWidth;
    plot.setSize({ width, height: plotHeight });
  }).observe(place);
  onTheme(draw);
  draw();
  return draw;
}

// Powers of ten, and between them 2 and 5, or all digits, as far as there is room for their labels.
function logTicks(min, max, width) {
  const powers = Math.log10(max / min), room = Math.max(2, width / 60);
  const digits = powers * 5 <= room ? [1, 2, 3, 5, 7] : powers * 3 <= room ? [1, 2, 5] : [1], every = Math.ceil(powers / room), ticks = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.log10(max); power++)
    if (power % every === 0) ticks.push(...digits.map(digit => digit * 10 ** power).filter(tick => tick >= min && tick <= max));
  return ticks;
}

// Upright lines at what requests had to keep, named at their top.
function drawBounds(plot, shown) {
  const pen = plot.ctx, ratio = devicePixelRatio || 1, { left, top, width, height } = plot.bbox;
  for (const bound of shown.bounds ?? []) {
    const x = plot.valToPos(bound, "x", true);
    if (!(x >= left && x <= left + width)) continue;
    pen.save();
    pen.strokeStyle = pen.fillStyle = color("worse");
    pen.lineWidth = 1.5 * ratio;
    pen.setLineDash([6 * ratio, 3 * ratio]);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, top + height);
    pen.stroke();
    const label = "SLA " + shown.xText(bound), isRight = x < left + width * 0.7;
    pen.font = `${12 * ratio}px system-ui, sans-serif`;
    pen.textAlign = isRight ? "left" : "right";
    pen.textBaseline = "top";
    pen.fillText(label, x + (isRight ? 5 : -5) * ratio, top + 2 * ratio);
    pen.restore();
  }
}

function optionsOf(shown, width) {
  const font = "12px system-ui, sans-serif", grid = { stroke: color("grid"), width: 1 };
  const axis = { stroke: color("soft"), grid, ticks: grid, font };
  const percent = shown.percent ? " %" : "";
  return {
    width, height: plotHeight, padding: [8, 26, 0, 0],
    hooks: {
      draw: [plot => drawBounds(plot, shown)],
      // Where nothing is read, the legend has names alone.
      setCursor: [plot => plot.root.classList.toggle("reading", plot.cursor.idx !== null && plot.cursor.idx !== undefined)],
    },
    scales: {
      x: { time: false, distr: shown.log ? 3 : 1, range: (_, min, max) => [min, max] },
      y: { range: (_, min, max) => [0, shown.most ?? ((max || 1) * 1.08)] },
    },
    axes: [
      {
        ...axis, ...(shown.log ? { splits: (_, __, min, max) => logTicks(min, max, width - 84), filter: (_, ticks) => ticks } : {}), label: shown.unit, labelSize: 18, space: 64, labelFont: font, size: 32,
        values: (_, ticks) => ticks.map(number),
      },
      { ...axis, size: 58, values: (_, ticks) => ticks.map(tick => number(tick) + percent) },
    ],
    cursor: { drag: { x: true, y: false } },
    legend: { markers: { width: 2, dash: "solid" } },
    series: [
      { label: "at", value: (_, value) => value === null || value === undefined ? "–" : shown.xText(value) },
      ...shown.lines.map(line => ({
        label: line.label, stroke: color(line.color), width: 2, dash: line.dash, points: { show: shown.points ?? false }, spanGaps: true,
        fill: shown.filled && shown.lines.length === 1 ? color(line.color) + "40" : undefined,
        paths: shown.steps ? uPlot.paths.stepped({ align: 1 }) : undefined,
        value: (_, value) => number(value) + (value === null || value === undefined ? "" : percent),
      })),
    ],
  };
}

// Axes of times are in a unit that suits the longest of them.
function inUnit(times, unit) {
  return { x: times.map(time => time / unit.ms), unit: unit.name, xText: value => duration(value * unit.ms) };
}

function plotDistributions() {
  for (const [id, shown] of Object.entries(data.distributions)) {
    const note = text => {
      const small = document.createElement("small");
      small.textContent = text;
      document.getElementById(`plot-${id}-cdf`).after(small, document.createElement("br"));
    };
    const least = shown.x[0], last = shown.x[shown.x.length - 1], unit = timeUnit(shown.log ? Math.sqrt(least * last) : last);
    const bounds = shown.bounds.map(bound => bound / unit.ms);
    for (const bound of shown.bounds)
      if (bound < least || bound > last) note(`The service level of ${duration(bound)} is ${bound < least ? "below" : "above"} all that is shown.`);
    if (shown.most > last) note(`Not in the picture: at most 0.5 % of the samples, up to ${duration(shown.most)}.`);
    plotIn(`plot-${id}-cdf`, () => ({
      ...inUnit(shown.x, unit), log: shown.log, percent: true, most: 103, bounds,
      lines: shown.cdf.map((values, run) => lineOf(run, data.runs[run], values)),
    }));
    plotIn(`plot-${id}-histogram`, () => ({
      ...inUnit(shown.edges, unit), log: shown.log, percent: true, steps: true, filled: true, bounds,
      // The last step has an end, too.
      lines: shown.histogram.map((values, run) => lineOf(run, data.runs[run], [...values, values[values.length - 1]])),
    }));
  }
  for (const place of document.querySelectorAll("#distributions .plot")) if (!place.hasChildNodes()) place.textContent = "There is nothing to show.";
}

function plotLoad() {
  const runs = data.load.runs.map(workers => workers.map(worker => ({
    ...worker, running: columnOf(Float32Array, worker.running), waiting: columnOf(Float32Array, worker.waiting),
  })));
  const slices = runs[0][0].running.length, times = inUnit(Array.from({ length: slices }, (_, i) => i * data.load.stepMs), timeUnit(slices * data.load.stepMs));
  const namesOf = isTotal => [...new Set(runs.flatMap(workers => workers.filter(worker => worker.total === isTotal).map(worker => worker.name)))];
  const names = namesOf(false), choice = document.getElementById("load-choice");
  const each = runs.length === 1 && names.length > 1 && names.length <= runStyles ? [new Option("each worker", "each")] : [];
  const sum = new Option(names.length > 1 ? "all workers together" : names[0], "sum");
  // From four on, lines one over the other hide what they have in common.
  for (const option of names.length < 4 ? [...each, sum] : [sum, ...each]) choice.add(option);
  if (names.length > 1) names.forEach(name => choice.add(new Option(name, "of " + name)));

  // A kind with a single worker has no sum; the worker stands for it.
  const kindOf = worker => worker.name.match(/prefill|decode/)?.[0] ?? "";
  const isSum = (worker, workers) => worker.total || !workers.some(other => other.total && kindOf(other) === kindOf(worker));
  function lines(what) {
    const isShown = (worker, workers) =>
      choice.value === "sum" ? isSum(worker, workers) : choice.value === "each" ? !worker.total : "of " + worker.name === choice.value;
    const found = runs.flatMap((workers, run) => workers.filter(worker => isShown(worker, workers)).map(worker => ({ run, worker })));
    const isOnePerRun = new Set(found.map(each => each.run)).size === found.length;
    return found.map(({ run, worker }, i) =>
      lineOf(isOnePerRun ? run : i, runs.length > 1 ? `${data.runs[run]}: ${worker.name}` : worker.name, worker[what]));
  }

  const draws = ["running", "waiting"].map(what => plotIn("plot-" + what, () => ({ ...times, steps: true, filled: true, lines: lines(what) })));
  choice.addEventListener("change", () => draws.forEach(draw => draw()));
}

function plotReuse() {
  const { stepMs, runs } = data.reuse;
  const slices = runs[0].slice.length, unit = timeUnit(slices * stepMs);
  const times = offset => inUnit(runs[0].slice.map((_, i) => (i + offset) * stepMs), unit);
  const shown = (x, what, points) => () =>
    ({ ...x, percent: true, most: 103, points, lines: runs.map((run, i) => lineOf(i, data.runs[i], run[what])) });
  plotIn("plot-reuse-so-far", shown(times(1), "soFar", false));
  plotIn("plot-reuse-slice", shown(times(0.5), "slice", true));
}
