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

const duration = ms => ms >= 10000 ? number(ms / 1000) + " s" : number(ms) + " ms";
