// The page of a capacity: each limit's metric over the values, the front, and reuse over the size of the cache.
const limitLine = (x, limit, label) => ({ label, values: x.map(() => limit), color: "worse", dash: [6, 4] });

data.plots.forEach((shown, i) => plotIn("plot-limit-" + i, () => ({
  x: shown.x, unit: data.unit, log: data.log, points: true,
  lines: [
    ...shown.lines.map((values, run) => lineOf(run, data.configurations[run], values)),
    ...shown.bounds.map(bound => limitLine(shown.x, bound, "limit")),
  ],
})));

if (data.front) {
  plotIn("plot-front", () => ({
    x: data.front.x, unit: data.front.unit, points: true,
    lines: [
      ...data.front.lines.map((values, run) => lineOf(run, data.configurations[run], values)),
      { label: "front", values: data.front.values, color: "path", dash: [2, 3] },
    ],
  }));
}

data.caches.forEach((cache, i) => plotIn("plot-cache-" + i, () => ({
  x: cache.x, unit: cache.unit, log: true, percent: true, most: 103, points: true,
  lines: [
    lineOf(0, "reused", cache.reused),
    lineOf(1, "ideal eviction (upper bound)", cache.ideal),
    lineOf(2, "infinite memory", cache.x.map(() => cache.infinite)),
    ...(cache.cliff ? [{ label: "cliff", values: cache.cliff, color: "worse", dash: [] }] : []),
  ],
})));
document.documentElement.dataset.ready = "true";
