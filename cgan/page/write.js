// The tab Write.
cgan.addTab("write", {
  keys: ["text", "seed", "hand", "ground"],
  seeds: ["seed"],
  words: ({ text }) => ({ text: text.replaceAll("\n", ", ") }),
  check: ({ text, hand, ground }) => {
    const { signs, maxText, hands, grounds } = cgan.settings;
    const strange = [...text].find((character) => !`0123456789 \n${signs}`.includes(character));
    if (strange) return cgan.text("bad_character", { choices: [...signs].join(" "), value: strange });
    if (!text.trim() || text.length > maxText)
      return cgan.text("bad_length", { highest: maxText, value: text.trim() && text.length });
    if (!hands.includes(hand)) return cgan.text("bad_choice", { choices: hands.join(", "), value: hand });
    if (!grounds.includes(ground)) return cgan.text("bad_choice", { choices: grounds.join(", "), value: ground });
  },
  address: (asked) => cgan.address("text.png", asked, cgan.tabs.write.keys),
  file: ({ seed }) => `text_seed${seed}.png`,
  show: (loaded, { ground }) => {
    cgan.place("#write-picture", loaded);
    cgan.find("#write-picture").dataset.ground = ground;
  },
});

document.addEventListener("input", ({ target }) => {
  if (target.matches("#write-text textarea")) cgan.request("write", { ...cgan.tabs.write.asked, text: target.value });
});
