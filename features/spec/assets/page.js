// Everything is readable without this: it searches, opens what a link leads to, opens all for printing, and unpacks
// Cucumber's report when it is asked for.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const plain = (text) => text.toLowerCase().replace(/ё/g, "е");

  // The search shows what has all the words, in any order.
  const form = document.querySelector(".search"), input = document.getElementById("search");
  const found = all(".find").map((element) => [element, plain(element.textContent)]);
  const opened = new Set();
  const look = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let hits = 0;
    for (const details of opened) details.open = false;
    opened.clear();
    for (const [element, text] of found) {
      const fits = words.every((word) => text.includes(word));
      element.hidden = !fits;
      if (!fits || !words.length) continue;
      hits += 1;
      for (let at = element.parentElement; at; at = at.parentElement)
        if (at.tagName === "DETAILS" && !at.open) { at.open = true; opened.add(at); }
    }
    document.body.classList.toggle("searching", words.length > 0);
    for (const part of all("main section, main h3, main h4, main details.group, main details.rows, main table"))
      part.classList.toggle("empty", false);
    if (words.length) hide();
    form.querySelector("output").value = words.length ? `Найдено: ${hits}` : "";
  };
  const hide = () => {
    for (const part of all("main section, main details.group, main details.rows, main table:not(.cells)"))
      part.classList.toggle("empty", !part.querySelector(".find:not([hidden])"));
    for (const heading of all("main h3, main h4")) {
      let next = heading.nextElementSibling, some = false;
      const ends = (element) => element.tagName === heading.tagName || (heading.tagName === "H4" && element.tagName === "H3");
      for (; next && !ends(next) && !some; next = next.nextElementSibling)
        some = next.matches(".find:not([hidden])") || !!next.querySelector(".find:not([hidden])");
      heading.classList.toggle("empty", !some && !heading.closest(".find"));
    }
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  let waiting;
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });

  // A link leads into what is closed, or hidden by the search.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden || target.closest(".empty")) { input.value = ""; look(); }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && decodeURIComponent(link.getAttribute("href")) === decodeURIComponent(location.hash)) reveal();
  });
  if (location.hash) reveal();

  // Paper opens nothing.
  let closed = [];
  addEventListener("beforeprint", () => { closed = all("details:not([open])").filter((one) => !one.matches("table:not(.sentences) .more, .screen .more")); for (const one of closed) one.open = true; });
  addEventListener("afterprint", () => { for (const one of closed) one.open = false; });

  // A wide chart is looked at where it begins.
  for (const drawing of all(".drawing")) {
    const start = drawing.querySelector("ellipse");
    if (start) drawing.scrollLeft = start.getBoundingClientRect().left - drawing.getBoundingClientRect().left - drawing.clientWidth / 2;
  }

  const unpack = async (name) => {
    const packed = atob(document.querySelector(`[data-packed="${name}"]`).textContent);
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const button = document.getElementById("open-cucumber");
  if (!button) return;
  const needs = document.querySelector(".needs");
  if (typeof DecompressionStream === "undefined") {
    needs.textContent = "Этот браузер слишком стар для отчёта Cucumber. Сценарии выше читаются и в нём.";
    return;
  }
  needs.hidden = true;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = "Открываем…";
    const [program, style, labels, messages] = await Promise.all(["program", "style", "labels", "messages"].map(unpack));
    const frame = document.createElement("iframe");
    frame.title = "Отчёт Cucumber";
    document.getElementById("cucumber-place").append(frame);
    const inner = frame.contentDocument;
    inner.documentElement.lang = "ru";
    const add = (tag, text) => { const made = inner.createElement(tag); made.textContent = text; inner.head.append(made); };
    inner.body.innerHTML = "<div id='content'></div>";
    add("style", style);
    frame.contentWindow.CUCUMBER_MESSAGES = JSON.parse(messages);
    add("script", labels);
    add("script", program);
    button.hidden = true;
  });
})();
