// Sets to take away: a .zip that is drawn while it is downloaded, and the command for more.

cgan.set = { form: "png", total: 1000 };

// Of each digit, by form and total; MNIST's format has a sixth more to test on.
cgan.setWanted = (values) => {
  if (values) [cgan.set.form, cgan.set.total] = values;
  const asked = cgan.tabs.draw.asked;
  if (!asked) return;
  const { form, total } = cgan.set;
  const digit = asked.digit === "all" ? "0-9" : String(asked.digit);
  const each = digit === "0-9" ? total / 10 : total;
  const count = form === "png" ? each : Math.floor((each * 6) / 7);
  const out = form === "png" ? `--out digits.zip` : `--idx generated`;
  const code = cgan.find("#set-more code");
  if (!code && values) requestAnimationFrame(() => cgan.setWanted(values)); // it is being opened
  if (code) code.textContent = `python -m cgan.generate --digit ${digit} --seed ${asked.seed} --count ${count} --model ${asked.model} ${out}`;
  return { digit, count, format: form, seed: asked.seed, model: asked.model };
};

cgan.takeSet = async (values) => {
  const wanted = cgan.setWanted(values);
  if (!wanted || cgan.taking) return;
  const status = cgan.find("#set-more .status");
  const bar = cgan.find("#set-more progress");
  const { total } = cgan.set;
  const say = (text, isProblem = false) => {
    status.textContent = text;
    status.classList.toggle("problem", isProblem);
  };
  cgan.taking = true;
  bar.hidden = false;
  try {
    const response = await fetch(cgan.address("set.zip", wanted, ["digit", "seed", "count", "format"]));
    if (!response.ok) return say(cgan.translated(await response.text()), true);
    const pieces = [];
    let bytes = 0;
    let entries = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      bytes += value.length;
      for (let i = value.indexOf(80); i >= 0; i = value.indexOf(80, i + 1))
        entries += value[i + 1] === 75 && value[i + 2] === 3 && value[i + 3] === 4; // "PK", 3, 4: a file begins
      const drawn = Math.min(total, wanted.format === "png" ? entries : Math.floor(bytes / 785));
      bar.value = drawn / total;
      say(cgan.text("set_progress", { done: drawn, total }));
    }
    const zip = URL.createObjectURL(new Blob(pieces, { type: "application/zip" }));
    cgan.save(zip, `digits_${wanted.digit}_seed${wanted.seed}.zip`);
    setTimeout(() => URL.revokeObjectURL(zip), 60_000);
    say(cgan.text("set_done", { total, megabytes: (bytes / 1e6).toFixed(1) }));
  } catch {
    say(cgan.text("set_broken"), true);
  } finally {
    cgan.taking = false;
    bar.hidden = true;
  }
};

cgan.copyCommand = () =>
  cgan.copyText(cgan.find("#set-more code").textContent, (text) => (cgan.find("#set-more .status").textContent = text), "copied_command");
