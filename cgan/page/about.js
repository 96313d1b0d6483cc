// The tab About: the examples name the address that this page has.
cgan.addTab("about", {
  appear: ({ model }) => {
    const page = new URL(".", location.href).href;
    const address = (path, asked) => `${page}gradio_api/${path}?${new URLSearchParams({ ...asked, model })}`;
    const examples = {
      python: [
        "from gradio_client import Client",
        "",
        `client = Client(${JSON.stringify(page)})`,
        `print(client.predict(7, 42, 64, ${JSON.stringify(model)}, api_name="/generate"))`,
      ].join("\n"),
      curl: [
        `curl -o seven.png "${address("digits/7.png", { seed: 42, n: 64 })}"`,
        `curl -o date.png "${address("text.png", { text: "2026-11-24", seed: 7 })}"`,
        `curl -o morph.gif "${address("morph.gif", { from: 3, to: 8, seed: 7, frames: 48 })}"`,
        `curl -o digits.zip "${address("set.zip", { digit: "0-9", seed: 7, count: 100 })}"`,
      ].join("\n"),
      img: `<img src="${address("digits/7.png", { seed: 42, w: cgan.settings.models[model] }).replaceAll("&", "&amp;")}" alt="7">`,
    };
    for (const code of document.querySelectorAll("#about [data-example]")) code.textContent = examples[code.dataset.example];
    cgan.say("about", cgan.text("about_models", { models: Object.keys(cgan.settings.models).join(", ") }));
  },
});

document.addEventListener("click", ({ target }) => {
  if (!target.matches("#about figure button")) return;
  const { textContent } = target.parentElement.querySelector("code");
  cgan.copyText(textContent, (text) => cgan.say("about", text), "copied_code");
});
