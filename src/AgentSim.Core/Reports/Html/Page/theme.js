// Colours come from the style sheet; canvases are drawn again when they change, and in the light ones for printing.
const redraws = [];
const onTheme = redraw => redraws.push(redraw);
const color = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const redrawAll = () => redraws.forEach(redraw => redraw());

function setPrinting(isPrinting) {
  document.documentElement.classList.toggle("printing", isPrinting);
  redrawAll();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
addEventListener("beforeprint", () => setPrinting(true));
addEventListener("afterprint", () => setPrinting(false));
