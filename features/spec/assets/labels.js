// The report of Cucumber in Russian: its labels are English and there is no setting for them, so they are put right as
// they appear. A file is called by its feature.
"use strict";
(() => {
  const words = {
    Scenarios: "Сценарии", Hooks: "Подготовка", Search: "Искать", Tags: "Метки", Copy: "Скопировать",
    passed: "прошли", skipped: "не выполнялись", failed: "не прошли", undefined: "не определены", pending: "отложены",
    ambiguous: "неоднозначны", unknown: "неизвестны", "with": "на", on: "в", in: "за",
    "Search with text or @tags": "Слова или @метки",
    "Pie chart showing proportion of results by status": "Круговая диаграмма: доли итогов",
    "No test run hooks were executed.": "Отдельной подготовки у прогона нет.",
    "No scenarios match your query and/or filters.": "Ни один сценарий не подходит.",
    "No scenarios were executed.": "Ни один сценарий не выполнялся.",
    "No step definition found.": "Такого предложения портал не знает.",
    "No step definition found. Implement with the snippet(s) below:": "Такого предложения портал не знает.",
    "Multiple matching step definitions found:": "Предложение можно понять по-разному:",
  };
  const units = { second: "с", minute: "мин", hour: "ч" };
  const messages = window.CUCUMBER_MESSAGES;
  for (const { gherkinDocument } of messages)
    if (gherkinDocument) words[gherkinDocument.uri] = gherkinDocument.feature.name;
  const began = messages.find((message) => message.testRunStarted).testRunStarted.timestamp.seconds;
  const when = new Date(began * 1000).toLocaleString("ru-RU", { dateStyle: "short", timeStyle: "short" });

  const russian = (text) => {
    const bare = text.trim();
    if (Object.hasOwn(words, bare)) return text.replace(bare, words[bare]);
    if (/^(about |less than |over |almost )?.* ago$/.test(bare)) return when;
    const long = bare.match(/^([\d.]+) (second|minute|hour)s?$/);
    if (long) return `${long[1]} ${units[long[2]]}`;
    const short = bare.match(/^([\d.]+)(ms|s)$/);
    return short ? ` ${short[1]} ${short[2] === "ms" ? "мс" : "с"}` : text;
  };
  const put = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = node.parentElement && node.parentElement.closest("pre, code") ? node.data : russian(node.data);
      if (said !== node.data) node.data = said;
      return;
    }
    for (const name of ["placeholder", "aria-label", "title"]) {
      const value = node.getAttribute && node.getAttribute(name);
      if (value && russian(value) !== value) node.setAttribute(name, russian(value));
    }
    for (const child of node.childNodes) put(child);
  };
  new MutationObserver((changes) => {
    for (const change of changes)
      if (change.type === "characterData") put(change.target);
      else for (const node of change.addedNodes) put(node);
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
})();
