// The lanes of a run, decoded, and what there is to say about their requests.
const statuses = ["not ended", "completed", "rejected", "canceled", "failed"];

function laneModel(packed) {
  const model = {
    names: packed.names, ids: packed.ids ?? [], tools: packed.tools ?? [], byWorker: packed.byWorker,
    status: columnOf(Uint8Array, packed.status), arrival: columnOf(Float64Array, packed.arrival),
  };
  for (const name of ["depth", "pathTask", "pathAt", "rows", "count", "row", "ordinal", "input", "output", "reused", "worker"]) model[name] = columnOf(Int32Array, packed[name]);
  for (const name of ["pathBegin", "pathEnd"]) model[name] = columnOf(Float64Array, packed[name]);
  const lanes = model.names.length, requests = model.arrival.length;
  for (const name of ["sub", "wait", "tool", "queue", "prefill", "decode"])
    model[name] = packed[name] === undefined ? new Float32Array(requests) : columnOf(Float32Array, packed[name]);
  model.first = new Int32Array(lanes + 1);   // requests of lane l are [first[l], first[l + 1])
  for (let lane = 0; lane < lanes; lane++) model.first[lane + 1] = model.first[lane] + model.count[lane];
  model.laneOf = new Int32Array(requests);
  for (let lane = 0; lane < lanes; lane++) model.laneOf.fill(lane, model.first[lane], model.first[lane + 1]);
  model.start = model.arrival.map((arrival, i) => model.byWorker ? arrival + model.queue[i] : arrival - model.wait[i] - model.sub[i]);
  model.end = model.arrival.map((arrival, i) => arrival + model.queue[i] + model.prefill[i] + model.decode[i]);
  model.lastEnd = model.end.reduce((last, end) => Math.max(last, end), 1e-3);
  model.leastSpan = Math.max(1e-3, model.lastEnd * 2 ** -40);   // closer, times cannot be told apart
  model.totals = model.names.map((_, lane) => {
    let from = Infinity, to = -Infinity;
    for (let i = model.first[lane]; i < model.first[lane + 1]; i++) {
      from = Math.min(from, model.byWorker ? model.start[i] : model.arrival[i]);
      to = Math.max(to, model.end[i]);
    }
    return `${number(model.count[lane])} · ${duration(to - from)}`;
  });
  return model;
}

const laneRequestName = (model, i) => model.ids[i] ?? "request " + model.ordinal[i];

function laneRequestText(model, i) {
  const lane = model.laneOf[i];
  const parts = [`${laneRequestName(model, i)} ${model.byWorker ? "on" : "of session"} ${model.names[lane]}`];
  if (model.sub[i] > 0) parts.push(`waited ${duration(model.sub[i])} for sub-agents`);
  if (model.tool[i] > 0) parts.push(`tools ${duration(model.tool[i])}${model.tools[i] ? ` (${model.tools[i]})` : ""}`);
  if (model.wait[i] - model.tool[i] > 1e-6) parts.push(`pause ${duration(model.wait[i] - model.tool[i])}`);
  parts.push(`arrived at ${duration(model.arrival[i])}`, `waited ${duration(model.queue[i])}`);
  if (model.status[i] === 1) parts.push(`prefill ${duration(model.prefill[i])}`, `decode ${duration(model.decode[i])}`);
  parts.push(`${number(model.input[i])} prompt tokens, ${number(model.reused[i])} of them reused`, `${number(model.output[i])} output tokens`);
  if (model.worker[i] >= 0 && !model.byWorker) parts.push(`worker ${model.worker[i]}`);
  parts.push(statuses[model.status[i]]);
  return parts.join("; ") + ".";
}
