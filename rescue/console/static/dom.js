// Building the page. Text goes in as text and never as HTML, whatever it holds.

/** An element with these attributes and children; a child that is no element is text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick" || name === "onsubmit") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

/** Bring the rows of a table body to `items`: rows are known by key, kept, and moved only if `mayMove`. */
export function fillRows(body, items, keyOf, makeRow, fillRow, mayMove) {
  const rows = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const wanted = items.map((item) => {
    const key = String(keyOf(item));
    const row = rows.get(key) ?? makeRow(key);
    rows.delete(key);
    fillRow(row, item);
    return row;
  });
  for (const row of rows.values()) row.remove();
  if (mayMove) order(body, wanted);
  else body.append(...wanted.filter((row) => !row.isConnected));
}

function order(body, wanted) {
  wanted.forEach((row, index) => {
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
}

/** Set the texts of a row's cells, touching only those that changed. */
export function fillCells(row, texts) {
  while (row.cells.length < texts.length) row.insertCell();
  texts.forEach((text, index) => {
    const cell = row.cells[index];
    if (cell.textContent !== text) cell.textContent = text;
  });
}

/** A span of seconds as people read it. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
  return `${minutes}:${pad(whole % 60)}`;
}

/** An instant as the time of the day. */
export function clock(instant) {
  return new Date(instant).toLocaleTimeString("zh-CN", { hour12: false });
}

function pad(number) {
  return String(number).padStart(2, "0");
}
