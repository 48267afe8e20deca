// What the page shows, and how it writes numbers.
const data = JSON.parse(document.getElementById("data").textContent);

const bytesOf = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
const columnOf = (type, text) => new type(bytesOf(text).buffer);

const formats = [0, 1, 2, 3].map(digits => new Intl.NumberFormat("en", { maximumFractionDigits: digits }));
function number(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toExponential(1);
  return formats[size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3].format(value);
}

const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

// A time in the unit that leaves something before the point; from a minute on in two.
function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  const size = Math.abs(ms);
  const two = (large, largeName, small, smallName) => {
    const all = Math.round(ms / small), per = large / small, rest = all % per;
    return number(Math.trunc(all / per)) + largeName + (rest === 0 ? "" : " " + number(Math.abs(rest)) + smallName);
  };
  if (size < 999.5) return number(ms) + " ms";
  if (size < minute) return number(ms / second) + " s";
  if (size < hour) return two(minute, " min", second, " s");
  return size < 2 * day ? two(hour, " h", minute, " min") : two(day, " d", hour, " h");
}

// The unit for an axis of times up to a number of milliseconds.
const timeUnit = most => [[2 * day, day, "d"], [3 * hour, hour, "h"], [10 * minute, minute, "min"], [2 * second, second, "s"], [0, 1, "ms"]]
  .map(([from, ms, name]) => ({ from, ms, name })).find(unit => most >= unit.from);
