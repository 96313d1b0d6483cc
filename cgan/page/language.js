// The page's language, settled before Gradio's own scripts run: the address's (lang=zh), or else the browser's.
// cgan/page/language.py puts `cgan.texts` before this. In what Python laid out, each text stands in both languages.
cgan.chosen = {}; // what a visitor chose for this page: its addresses keep it
{
  const address = new URLSearchParams(location.search);
  const code = (tag) => /^(en|zh)([-_]|$)/i.exec(tag ?? "")?.[1].toLowerCase();
  if (code(address.get("lang"))) cgan.chosen.lang = code(address.get("lang"));
  if (address.has("__theme")) cgan.chosen.__theme = address.get("__theme"); // Gradio's
  cgan.language = cgan.chosen.lang ?? code(navigator.language) ?? "en";
}
cgan.text = (key, values = {}) => cgan.texts[key][cgan.language].replace(/{(\w+)}/g, (_, name) => values[name]);
{
  const tag = { en: "en", zh: "zh-CN" }[cgan.language];
  document.documentElement.lang = tag;
  Object.defineProperty(navigator, "language", { value: tag }); // Gradio's own texts go by it
  const keys = Object.fromEntries(Object.keys(cgan.texts).map((key) => [Object.values(cgan.texts[key]).join(" "), key]));
  const pairs = Object.keys(keys).sort((one, other) => other.length - one.length);
  const pattern = new RegExp(pairs.map((pair) => pair.replace(/[^\w\s]/g, "\\$&")).join("|"), "g");
  const relabel = (_, value) => (typeof value === "string" ? value.replace(pattern, (pair) => cgan.texts[keys[pair]][cgan.language]) : value);
  window.gradio_config = JSON.parse(JSON.stringify(window.gradio_config), relabel);
}

// What the server (for programs, too) and Gradio say in English only, by texts.json's "server_..." and "gradio_...".
cgan.translated = (sentence, speaker = "server") => {
  for (const key of Object.keys(cgan.texts).filter((key) => key.startsWith(`${speaker}_`))) {
    const known = cgan.texts[key].en.replace(/[^\w\s{}]/g, "\\$&").replace(/{(\w+)}/g, "(?<$1>.+)");
    const found = new RegExp(`^${known}$`).exec(sentence);
    if (found) return cgan.text(key, found.groups);
  }
  return cgan.text(speaker, { sentence });
};

if (cgan.language !== "en")
  new MutationObserver((changes) => {
    for (const { target } of changes)
      for (const element of [target, ...target.querySelectorAll("[aria-label], [title]")])
        for (const name of ["aria-label", "title"]) {
          const sentence = element.getAttribute(name);
          const translated = sentence && cgan.translated(sentence, "gradio");
          if (translated !== sentence) element.setAttribute(name, translated);
        }
  }).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["aria-label", "title"] });

// The other language: the page is opened again, with all that was set in it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#languages a");
  if (!link) return;
  event.preventDefault();
  if (cgan.opened) sessionStorage.setItem("controls", JSON.stringify(cgan.values()));
  const address = new URLSearchParams(location.search);
  address.set("lang", link.lang);
  location.search = address;
});
