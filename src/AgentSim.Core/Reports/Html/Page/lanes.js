// Moving about in the lanes: zoom, scroll, choose; with mouse and keyboard, or by a link to a request.
function startLanes() {
  const element = id => document.getElementById(id);
  const view = element("lane-view"), space = element("lane-space"), canvas = element("lane-canvas"), detail = element("lane-detail");
  const filter = element("lane-filter"), runChoice = element("lane-run");
  const tip = document.createElement("div");
  tip.id = "lane-tip";
  tip.hidden = true;
  document.body.append(tip);
  const models = [];
  let run = 0, model = null, shown = [], tops = [], topOf = [], from = 0, to = 1, chosen = -1, isDue = false;

  const modelOf = each => models[each] ??= laneModel(data.lanes[each]);
  const heightOf = lane => model.rows[lane] * laneRow + laneGap;
  const plotWidth = () => view.clientWidth - laneGutter(view.clientWidth);

  function redraw() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(drawNow);
  }

  function drawNow() {
    isDue = false;
    drawLanes(canvas, model, { width: view.clientWidth, height: view.clientHeight, from, to, top: view.scrollTop, shown, tops, topOf, chosen });
    view.dataset.from = from;
    view.dataset.to = to;
    view.dataset.chosen = chosen < 0 ? "" : model.ordinal[chosen];
  }

  function layOut() {
    const part = filter.value.trim().toLowerCase();
    shown = [...model.names.keys()].filter(lane => model.names[lane].toLowerCase().includes(part));
    let y = laneGap;
    tops = shown.map(lane => { const at = y; y += heightOf(lane); return at; });
    topOf = new Int32Array(model.names.length).fill(-1);
    shown.forEach((lane, line) => topOf[lane] = tops[line]);
    space.style.height = laneHead + Math.max(y, laneRow) + "px";
    redraw();
  }

  function open(next) {
    run = next;
    model = modelOf(run);
    if (runChoice) runChoice.value = String(run);
    choose(-1);
    layOut();
    show(0, model.lastEnd);
  }

  function show(start, end) {
    const most = model.lastEnd * 1.02, span = Math.min(most, Math.max(end - start, model.leastSpan));
    from = Math.max(0, Math.min(start, most - span));
    to = from + span;
    redraw();
  }

  function zoom(factor, middle) {
    const at = middle ?? (chosen >= 0 && model.end[chosen] >= from && model.start[chosen] <= to ? (model.start[chosen] + model.end[chosen]) / 2 : (from + to) / 2);
    show(at - (at - from) * factor, at + (to - at) * factor);
  }

  const pan = share => show(from + (to - from) * share, to + (to - from) * share);

  function choose(i) {
    chosen = i;
    detail.textContent = i < 0 ? "Choose a request to read about it." : laneRequestText(model, i);
    redraw();
  }

  function chooseAndShow(i) {
    if (i === undefined || i < 0) return;
    choose(i);
    if (model.start[i] < from || model.end[i] > to) {
      const span = Math.max(to - from, (model.end[i] - model.start[i]) * 1.2), middle = (model.start[i] + model.end[i]) / 2;
      show(middle - span / 2, middle + span / 2);
    }
    const line = shown.indexOf(model.laneOf[i]);
    const y = tops[line] + model.row[i] * laneRow, room = view.clientHeight - laneHead - laneRow - laneGap;
    if (y < view.scrollTop + laneGap) view.scrollTop = y - laneGap;
    else if (y > view.scrollTop + room) view.scrollTop = y - room;
  }

  // The request of a lane that is nearest to a time.
  function nearest(lane, time) {
    let best = model.first[lane];
    const away = i => Math.max(model.start[i] - time, time - model.end[i], 0);
    for (let i = best; i < model.first[lane + 1]; i++) if (away(i) < away(best)) best = i;
    return best;
  }

  function step(lines) {
    if (shown.length === 0) return;
    const line = chosen < 0 ? -1 : shown.indexOf(model.laneOf[chosen]);
    const time = chosen < 0 ? from : (model.start[chosen] + model.end[chosen]) / 2;
    chooseAndShow(nearest(shown[Math.max(0, Math.min(shown.length - 1, line + lines))], time));
  }

  function walk(requests) {
    if (chosen < 0) return step(1);
    const lane = model.laneOf[chosen];
    chooseAndShow(Math.max(model.first[lane], Math.min(model.first[lane + 1] - 1, chosen + requests)));
  }

  function requestAt(event) {
    const bounds = canvas.getBoundingClientRect(), x = event.clientX - bounds.left, y = event.clientY - bounds.top;
    const gutter = laneGutter(view.clientWidth);
    if (y < laneHead || x < gutter) return -1;
    const top = y - laneHead + view.scrollTop, line = tops.findLastIndex(each => each <= top);
    if (line < 0) return -1;
    const lane = shown[line], row = Math.floor((top - tops[line]) / laneRow);
    const perPixel = (to - from) / plotWidth(), time = from + (x - gutter) * perPixel, near = 3 * perPixel;
    for (let i = model.first[lane + 1] - 1; i >= model.first[lane]; i--)
      if (model.row[i] === row && model.start[i] - near <= time && time <= model.end[i] + near) return i;
    return -1;
  }

  function listen() {
    const keys = {
      ArrowDown: () => step(1), ArrowUp: () => step(-1), ArrowRight: () => walk(1), ArrowLeft: () => walk(-1),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), 0: () => show(0, model.lastEnd),
      Enter: () => chosen >= 0 && lookAt(chosen), Escape: () => choose(-1),
    };
    const shifted = { ArrowRight: () => pan(0.25), ArrowLeft: () => pan(-0.25) };
    view.addEventListener("keydown", event => {
      const action = (event.shiftKey && shifted[event.key]) || keys[event.key];
      if (!action || event.ctrlKey || event.altKey || event.metaKey) return;
      action();
      event.preventDefault();
    });

    view.addEventListener("wheel", event => {
      if (event.ctrlKey) {
        const x = event.clientX - canvas.getBoundingClientRect().left - laneGutter(view.clientWidth);
        zoom(Math.exp(Math.max(-50, Math.min(50, event.deltaY)) / 120), from + Math.max(0, x) * (to - from) / plotWidth());
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        pan((event.deltaX || event.deltaY) / plotWidth());
      } else {
        return;
      }
      event.preventDefault();
    }, { passive: false });

    let drag = null;
    canvas.addEventListener("pointerdown", event => {
      if (event.button !== 0) return;
      drag = { x: event.clientX, y: event.clientY, from, to, top: view.scrollTop, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", event => {
      if (!drag) return hover(event);
      const x = event.clientX - drag.x, y = event.clientY - drag.y;
      drag.moved ||= Math.abs(x) + Math.abs(y) > 4;
      if (!drag.moved) return;
      tip.hidden = true;
      const moved = x * (drag.to - drag.from) / plotWidth();
      show(drag.from - moved, drag.to - moved);
      view.scrollTop = drag.top - y;
    });
    canvas.addEventListener("pointerup", event => {
      if (drag && !drag.moved) choose(requestAt(event));
      drag = null;
    });
    canvas.addEventListener("pointercancel", () => drag = null);
    canvas.addEventListener("pointerleave", () => tip.hidden = true);

    view.addEventListener("scroll", redraw, { passive: true });
    filter.addEventListener("input", () => { choose(-1); layOut(); });
    runChoice?.addEventListener("change", () => open(Number(runChoice.value)));
    element("lane-in").addEventListener("click", () => zoom(0.5));
    element("lane-out").addEventListener("click", () => zoom(2));
    element("lane-all").addEventListener("click", () => show(0, model.lastEnd));
    new ResizeObserver(redraw).observe(view);
    onTheme(drawNow);   // printing does not wait for the next frame
    addEventListener("hashchange", follow);
  }

  function hover(event) {
    const i = requestAt(event);
    tip.hidden = i < 0;
    if (i < 0) return;
    tip.textContent = laneRequestText(model, i);
    const bounds = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - bounds.width - 4)) + "px";
    tip.style.top = (event.clientY + 18 + bounds.height > innerHeight ? event.clientY - bounds.height - 10 : event.clientY + 18) + "px";
  }

  function lookAt(i) {
    const span = Math.max(model.end[i] - model.start[i], model.leastSpan);
    show(model.start[i] - span, model.end[i] + span);
    chooseAndShow(i);
  }

  // A link to a request: #lane-RUN-ORDINAL.
  function follow() {
    const [, linkedRun, ordinal] = /^#lane-(\d+)-(\d+)$/.exec(location.hash) ?? [];
    if (ordinal === undefined || Number(linkedRun) >= data.lanes.length) return;
    filter.value = "";
    open(Number(linkedRun));
    element("lanes").scrollIntoView();
    const i = model.ordinal.indexOf(Number(ordinal));
    if (i < 0) {
      detail.textContent = `Request ${ordinal} is not among those that the lanes show.`;
      return;
    }
    view.focus({ preventScroll: true });
    lookAt(i);
  }

  listen();
  open(0);
  drawNow();
  follow();
}
