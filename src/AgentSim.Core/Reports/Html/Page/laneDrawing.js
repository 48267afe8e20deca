// Draws the lanes that are in view.
const laneRow = 18, laneGap = 6, laneHead = 24;

const laneGutter = width => Math.min(320, Math.max(90, width * 0.26));
const hasTotals = width => width >= 760;

function hatching(context, stroke) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  pen.strokeStyle = stroke;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const x of [-6, 0, 6]) { pen.moveTo(x, 6); pen.lineTo(x + 6, 0); }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

function drawLanes(canvas, model, view) {
  const { width, height, from, to, top, shown, tops, chosen } = view;
  const scale = devicePixelRatio || 1, gutter = laneGutter(width);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = width + "px";
  canvas.style.height = height + "px";
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const colors = Object.fromEntries(["back", "raised", "text", "soft", "grid", "tool", "delay", "sub", "queue", "prefill", "decode", "other", "path", "chosen"].map(name => [name, color(name)]));
  colors.tools = hatching(pen, colors.tool);
  pen.fillStyle = colors.back;
  pen.fillRect(0, 0, width, height);
  const perMs = (width - gutter) / (to - from), xOf = time => gutter + (time - from) * perMs;

  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  let line = 0;
  while (line + 1 < shown.length && tops[line + 1] <= top) line++;
  for (; line < shown.length && tops[line] - top + laneHead < height; line++) {
    const lane = shown[line], y = laneHead + tops[line] - top;
    pen.fillStyle = colors.grid;
    pen.fillRect(0, y - laneGap / 2, width, 1);
    pen.save();
    pen.beginPath();
    pen.rect(gutter, laneHead, width - gutter, height - laneHead);
    pen.clip();
    for (let i = model.first[lane]; i < model.first[lane + 1]; i++) {
      if (model.end[i] < from || model.start[i] > to) continue;
      drawRequest(pen, model, i, xOf, y + model.row[i] * laneRow, colors);
      if (i === chosen) {
        const left = xOf(model.start[i]), right = Math.max(left + 2, xOf(model.end[i]));
        pen.strokeStyle = colors.chosen;
        pen.lineWidth = 2;
        pen.strokeRect(left - 2, y + model.row[i] * laneRow, right - left + 4, laneRow - 1);
      }
    }
    pen.restore();
    const indent = 10 * Math.min(model.depth[lane], 6);
    pen.fillStyle = colors.text;
    const total = hasTotals(width) ? model.totals[lane] : "", room = total ? pen.measureText(total).width + 10 : 0;
    pen.fillText(fitted(pen, model.names[lane], gutter - 14 - indent - room), 8 + indent, y + laneRow / 2);
    pen.fillStyle = colors.soft;
    if (total) pen.fillText(total, gutter - 8 - pen.measureText(total).width, y + laneRow / 2);
  }
  drawPaths(pen, model, view, gutter, xOf, colors);
  drawTimes(pen, width, height, gutter, view, xOf, colors);
  if (hasTotals(width)) {
    const head = model.byWorker ? "requests · time" : "requests · from begin to end";
    pen.fillStyle = colors.soft;
    pen.fillText(head, gutter - 8 - pen.measureText(head).width, laneHead / 2);
  }
}

function drawRequest(pen, model, i, xOf, y, colors) {
  const arrival = model.arrival[i], admitted = arrival + model.queue[i], first = admitted + model.prefill[i];
  const wait = arrival - model.wait[i], toolEnd = wait + model.tool[i];
  if (model.sub[i] > 0) dots(pen, xOf(model.start[i]), xOf(wait), y + laneRow / 2 - 0.5, colors.sub);
  if (model.tool[i] > 0) {
    box(pen, xOf(wait), xOf(toolEnd), y + 3, laneRow - 7, colors.tools);
    outline(pen, xOf(wait), xOf(toolEnd), y + 3, laneRow - 7, colors.tool, 1);
  }
  if (model.wait[i] > 0 && toolEnd < arrival) box(pen, xOf(toolEnd), xOf(arrival), y + laneRow / 2 - 2, 3, colors.delay);
  if (model.status[i] !== 1) {
    pen.setLineDash([3, 2]);
    const from = xOf(model.byWorker ? model.start[i] : arrival);
    outline(pen, from, Math.max(from + 4, xOf(model.end[i])), y + 3, laneRow - 7, colors.other, 2);
    pen.setLineDash([]);
    return;
  }
  if (!model.byWorker && model.queue[i] > 0 && xOf(admitted) - xOf(arrival) > 0.3) outline(pen, xOf(arrival), xOf(admitted), y + 3, laneRow - 7, colors.queue, 2);
  box(pen, xOf(first), Math.max(xOf(model.end[i]), xOf(first) + 1), y + 5, laneRow - 11, colors.decode);
  box(pen, xOf(admitted), Math.max(xOf(first), xOf(admitted) + 1), y + 3, laneRow - 7, colors.prefill);
}

// Critical paths run below the requests that they lead through; where a path goes on with another request it changes rows.
function drawPaths(pen, model, { width, height, from, to, top, topOf }, gutter, xOf, colors) {
  pen.save();
  pen.beginPath();
  pen.rect(gutter, laneHead, width - gutter, height - laneHead);
  pen.clip();
  pen.strokeStyle = colors.path;
  pen.lineWidth = 2;
  pen.beginPath();
  const yOf = i => topOf[model.laneOf[i]] < 0 ? NaN : laneHead + topOf[model.laneOf[i]] - top + (model.row[i] + 1) * laneRow - 2;
  for (let p = 0; p < model.pathAt.length; p++) {
    if (model.pathEnd[p] < from || model.pathBegin[p] > to) continue;
    const y = yOf(model.pathAt[p]), goesOn = p > 0 && model.pathTask[p - 1] === model.pathTask[p] && model.pathEnd[p - 1] === model.pathBegin[p];
    const before = goesOn ? yOf(model.pathAt[p - 1]) : NaN;
    if (Number.isNaN(y)) continue;
    if (Number.isNaN(before)) pen.moveTo(xOf(model.pathBegin[p]), y);
    else { pen.moveTo(xOf(model.pathBegin[p]), before); pen.lineTo(xOf(model.pathBegin[p]), y); }
    pen.lineTo(xOf(model.pathEnd[p]), y);
  }
  pen.stroke();
  pen.restore();
}

function dots(pen, left, right, y, stroke) {
  pen.strokeStyle = stroke;
  pen.lineWidth = 2;
  pen.setLineDash([2, 4]);
  pen.beginPath();
  pen.moveTo(left, y);
  pen.lineTo(right, y);
  pen.stroke();
  pen.setLineDash([]);
}

function box(pen, left, right, y, height, fill) {
  pen.fillStyle = fill;
  pen.fillRect(left, y, right - left, height);
}

function outline(pen, left, right, y, height, stroke, width) {
  pen.strokeStyle = stroke;
  pen.lineWidth = width;
  pen.strokeRect(left + width / 2, y + width / 2, Math.max(0.5, right - left - width), height - width);
}

// Ends of names tell more than their beginnings.
function fitted(pen, name, width) {
  if (pen.measureText(name).width <= width) return name;
  let kept = Math.max(1, Math.floor(name.length * width / pen.measureText(name).width));
  while (kept > 1 && pen.measureText("…" + name.slice(-kept)).width > width) kept--;
  return "…" + name.slice(-kept);
}

// A step between ticks that is round in its unit.
function timeStep(rough) {
  if (rough < second) {
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map(times => times * power).find(step => step >= rough);
  }
  const round = [1, 2, 5, 10, 15, 30].map(each => each * second).concat([1, 2, 5, 10, 15, 30].map(each => each * minute), [1, 2, 3, 6, 12, 24].map(each => each * hour));
  return round.find(step => step >= rough) ?? day * 10 ** Math.ceil(Math.log10(rough / day));
}

function timeLabel(time, step) {
  if (time === 0) return "0";
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(step))));
  if (step < second && time < 10 * second) return time.toFixed(digits) + " ms";
  if (step < minute && time >= 2 * minute) {
    const rest = (time % minute / second).toFixed(Math.max(0, digits - 3) || (step < second ? 3 : 0));
    return `${number(Math.floor(time / minute))} min ${rest} s`;
  }
  if (step < second) return (time / second).toFixed(Math.min(20, digits + 3)) + " s";
  if (step < minute) return number(time / second) + " s";
  return duration(time);
}

function drawTimes(pen, width, height, gutter, { from, to }, xOf, colors) {
  box(pen, 0, width, 0, laneHead, colors.raised);
  const step = timeStep((to - from) / Math.max(2, (width - gutter) / 110)), first = Math.ceil(from / step), count = Math.floor(to / step) - first;
  pen.save();
  pen.beginPath();
  pen.rect(gutter, 0, width - gutter, height);
  pen.clip();
  // Counted, because far from 0 a tick plus one may be the same tick.
  for (let tick = 0; tick <= Math.min(count, 400); tick++) {
    const time = (first + tick) * step, x = xOf(time);
    pen.fillStyle = colors.soft;
    pen.fillText(timeLabel(time, step), x + 4, laneHead / 2);
    pen.fillStyle = colors.grid;
    pen.fillRect(x, 0, 1, height);
  }
  pen.restore();
  pen.fillStyle = colors.grid;
  pen.fillRect(gutter - 1, 0, 1, height);
}
