// The page of a capacity: each limit's metric over the values, the front, and reuse over the size of the cache.
const limitLine = (x, limit, label) => ({ label, values: x.map(() => limit), color: "worse", dash: [6, 4] });

// One worker too few may take a thousand times as long: what matters is near the limit. What is above stands below the picture.
function topOf(id, lines, bounds) {
  const values = lines.flat().filter(value => value !== null), most = Math.max(...values);
  const top = Math.max(4 * Math.max(...bounds), 1.3 * Math.min(...values));
  if (!bounds.length || !values.length || most <= top) return undefined;
  const note = document.createElement("small");
  note.textContent = `Not in the picture: values above ${number(top)}, up to ${number(most)}.`;
  document.getElementById(id).after(note);
  return top;
}

data.plots.forEach((shown, i) => {
  const most = topOf("plot-limit-" + i, shown.lines, shown.bounds);
  plotIn("plot-limit-" + i, () => ({
    x: shown.x, unit: data.unit, log: data.log, points: true, most,
    lines: [
      ...shown.lines.map((values, run) => lineOf(run, data.configurations[run], values)),
      ...shown.bounds.map(bound => limitLine(shown.x, bound, "limit")),
    ],
  }));
});

if (data.front) {
  const most = topOf("plot-front", data.front.lines, data.plots[0].bounds);
  plotIn("plot-front", () => ({
    x: data.front.x, unit: data.front.unit, points: true, most,
    lines: [
      ...data.front.lines.map((values, run) => lineOf(run, data.configurations[run], values)),
      { label: "front", values: data.front.values, color: "path", dash: [2, 3] },
    ],
  }));
}

data.caches.forEach((cache, i) => {
  // The size of the cliff stands twice, so that a line can go straight up there.
  const at = cache.cliff, twice = values => at < 0 ? values : [...values.slice(0, at + 1), ...values.slice(at)];
  const x = twice(cache.x), upright = x.map((_, n) => n === at ? 0 : n === at + 1 ? 100 : null);
  plotIn("plot-cache-" + i, () => ({
    x, unit: cache.unit, log: true, percent: true, most: 103, points: true,
    lines: [
      lineOf(0, "reused", twice(cache.reused)),
      lineOf(1, "ideal eviction (upper bound)", twice(cache.ideal)),
      lineOf(2, "infinite memory", x.map(() => cache.infinite)),
      ...(at < 0 ? [] : [{ label: "cliff", values: upright, color: "worse", dash: [2, 3] }]),
    ],
  }));
});
document.documentElement.dataset.ready = "true";
