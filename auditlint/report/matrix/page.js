"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const who = byId("who");
  const find = byId("find");
  const only = byId("only");
  const panel = byId("panel");
  const people = [...document.querySelectorAll(".people")];
  let opener = null;

  const shown = () => people[Number(who.value)];
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  };

  /* The rows of the chosen people that are looked for. */
  function update() {
    const wanted = find.value.trim().toLowerCase();
    const differing = only.checked && who.value !== "0";
    let count = 0;
    for (const section of people) section.hidden = section !== shown();
    for (const body of shown().querySelectorAll("tbody")) {
      let any = false;
      for (const row of body.querySelectorAll("tr[data-name]")) {
        const found = row.dataset.name.toLowerCase().includes(wanted);
        row.hidden = !found || (differing && !row.querySelector(".differs"));
        any ||= !row.hidden;
        count += row.hidden ? 0 : 1;
      }
      body.hidden = !any;
    }
    for (const table of shown().querySelectorAll("table")) table.hidden = !table.querySelector("tbody:not([hidden])");
    only.disabled = who.value === "0";
    byId("found").value = wanted || differing ? `${count} ${count === 1 ? "row" : "rows"}` : "";
    rove(document.activeElement.closest?.(".cell") ?? cells()[0]);
  }

  const cells = () => [...shown().querySelectorAll("tr:not([hidden]) .cell")].filter((cell) => !cell.closest("[hidden]"));

  /* One cell is reached with Tab, the others from it with the arrow keys. */
  function rove(current) {
    for (const cell of document.querySelectorAll(".cell[tabindex='0']")) cell.tabIndex = -1;
    if (current && !current.closest("[hidden]")) current.tabIndex = 0;
    else if (cells()[0]) cells()[0].tabIndex = 0;
  }

  function go(cell) {
    if (!cell) return;
    rove(cell);
    cell.focus();
  }

  function sideways(cell, step) {
    const row = [...cell.closest("tr").querySelectorAll(".cell")];
    go(row[row.indexOf(cell) + step]);
  }

  function upright(cell, step) {
    const rows = [...shown().querySelectorAll("tr[data-name]:not([hidden])")].filter((row) => !row.closest("[hidden]"));
    const column = cell.closest("td").cellIndex;
    for (let at = rows.indexOf(cell.closest("tr")) + step; rows[at]; at += step) {
      const there = rows[at].cells[Math.min(column, rows[at].cells.length - 1)].querySelector(".cell");
      if (there) return go(there);
    }
  }

  const moves = {
    ArrowLeft: (cell) => sideways(cell, -1),
    ArrowRight: (cell) => sideways(cell, 1),
    ArrowUp: (cell) => upright(cell, -1),
    ArrowDown: (cell) => upright(cell, 1),
    Home: (cell, all) => go(all ? cells()[0] : cell.closest("tr").querySelector(".cell")),
    End: (cell, all) => go(all ? cells().at(-1) : [...cell.closest("tr").querySelectorAll(".cell")].at(-1)),
    " ": (cell) => open(cell),
    Enter: (cell) => open(cell),
  };

  /* What stands behind a cell: a rule, or several with the cases in which they decide. */
  function content(cell) {
    const copy = byId(cell.hash.slice(1)).cloneNode(true);
    copy.removeAttribute("id");
    const seen = new Set();
    for (const link of copy.querySelectorAll("a[href^='#']")) {
      const rule = byId(link.hash.slice(1)).cloneNode(true);
      link.replaceWith(link.textContent);
      if (!seen.has(rule.id)) copy.append(rule);
      seen.add(rule.id);
      rule.removeAttribute("id");
    }
    return copy;
  }

  function title(cell) {
    const table = cell.closest("table");
    const verb = table.tHead.rows[0].cells[cell.closest("td").cellIndex].textContent;
    return `${verb} ${cell.closest("tr").dataset.name}`;
  }

  function open(cell) {
    opener?.removeAttribute("aria-expanded");
    opener = cell;
    opener.setAttribute("aria-expanded", "true");
    const close = make("button", "close", "×");
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", shut);
    panel.replaceChildren(close, make("h2", "", title(cell)), make("p", "who", shown().querySelector("h2").textContent), content(cell));
    panel.setAttribute("aria-label", title(cell));
    panel.hidden = false;
    document.body.classList.add("open");
    panel.scrollTop = 0;
    history.replaceState(null, "", `#${encodeURIComponent(cell.id)}`);
    panel.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest" });
  }

  function shut() {
    if (panel.hidden) return;
    panel.hidden = true;
    document.body.classList.remove("open");
    opener.removeAttribute("aria-expanded");
    history.replaceState(null, "", location.pathname + location.search);
    go(opener);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return shut();
    const cell = event.target.closest?.(".cell");
    if (!cell || event.altKey || event.metaKey || event.shiftKey || !moves[event.key]) return;
    if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    moves[event.key](cell, event.ctrlKey);
  });

  document.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    rove(cell);
    open(cell);
  });

  /* A link to a cell, such as one that was copied while its panel was open. */
  function follow() {
    const cell = byId(decodeURIComponent(location.hash.slice(1)));
    if (!cell?.classList.contains("cell")) return;
    who.value = people.indexOf(cell.closest(".people"));
    find.value = "";
    only.checked = false;
    update();
    cell.scrollIntoView({ block: "center" });
    open(cell);
  }

  for (const cell of document.querySelectorAll(".cell")) cell.tabIndex = -1;
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  for (const scripted of document.querySelectorAll(".scripted")) scripted.hidden = false;
  for (const unscripted of document.querySelectorAll(".unscripted")) unscripted.hidden = true;
  who.addEventListener("change", update);
  find.addEventListener("input", update);
  only.addEventListener("change", update);
  addEventListener("hashchange", follow);
  if (people.length) update();
  follow();
})();
