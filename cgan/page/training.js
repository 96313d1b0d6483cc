// The tab Training: a time-lapse of previews, and losses; of runs that are being written, the latest, again and again.
cgan.addTab("training", { appear: () => cgan.watch() });
// What is shown: of (its option's value), name, frames (their epochs), frame, sheet (where one is), plots, playing.
cgan.lapse = { frames: [] };
cgan.POLL = 3000; // ms

// Once, and every few seconds while the tab is open and seen.
cgan.watch = async () => {
  clearTimeout(cgan.watching);
  if (cgan.tab !== "training") return;
  if (!document.hidden)
    await cgan.lookAtTraining().catch(() => {
      cgan.lapse.of = null; // all is said again when there is an answer
      cgan.say("training", cgan.text("no_answer"), true);
    });
  clearTimeout(cgan.watching);
  cgan.watching = setTimeout(cgan.watch, cgan.POLL);
};

cgan.lookAtTraining = async () => {
  const ages = (await cgan.json("gradio_api/runs.json")) ?? {};
  cgan.listTrainings(ages);
  const of = cgan.find("#training-of").value;
  if (!of) return cgan.say("training", cgan.text("training_none"));
  if (cgan.lapse.of === of && of.startsWith("learned/")) return; // it does not change
  const [kind, name] = [of.split("/")[0], of.slice(of.indexOf("/") + 1)];
  const path = `gradio_api/${kind}/${encodeURIComponent(name)}`;
  const training = await cgan.json(`${path}.json`);
  if (cgan.find("#training-of").value !== of) return; // another was chosen meanwhile
  if (!training) return cgan.say("training", cgan.text("training_gone", { name }), true);
  cgan.showTraining({ of, name, path, isRun: kind === "runs" }, training);
};

cgan.isWriting = (age) => age < 120; // s since a run's last sign

// The models that came with their training, and the runs; at first the one that is being written, or the tab's model.
cgan.listTrainings = (ages) => {
  const { compare } = cgan.settings;
  const runs = Object.keys(ages);
  const now = runs.find((name) => cgan.isWriting(ages[name]));
  const options = [
    ...Object.keys(compare).filter((name) => compare[name].learned).map((name) => [`learned/${name}`, name]),
    ...runs.map((name) => [`runs/${name}`, cgan.text(cgan.isWriting(ages[name]) ? "training_run_now" : "training_run", { name })]),
  ];
  const select = cgan.find("#training-of");
  const listed = options.flat().join("\n");
  if (select.dataset.listed === listed) return;
  select.dataset.listed = listed;
  const first = now === undefined ? `learned/${cgan.tabs.training.asked.model}` : `runs/${now}`;
  const wanted = [select.value, first].find((wish) => options.some(([value]) => value === wish));
  select.replaceChildren(...options.map(([value, text]) => cgan.element("option", { value }, text)));
  if (wanted) select.value = wanted; // else the first
};

cgan.showTraining = ({ of, name, path, isRun }, training) => {
  const { lapse } = cgan;
  const { epochs, epochs_done, seconds, seconds_left, age, previews } = training;
  const isDone = !isRun || previews.at(-1) >= epochs;
  const isNow = !isDone && cgan.isWriting(age);
  const key = isDone ? "training_took" : isNow ? "training_now" : "training_stopped";
  const left = seconds_left === null ? "?" : Math.ceil(seconds_left / 60);
  const words = { name, epochs, epoch: cgan.number(epochs_done), minutes: Math.max(1, Math.round(seconds / 60)), left };
  cgan.say("training", cgan.text(key, words));
  const bar = cgan.find("#training-done");
  bar.hidden = !isNow;
  bar.ariaValueNow = Math.floor((100 * epochs_done) / epochs);
  bar.firstElementChild.style.width = `${bar.ariaValueNow}%`;
  const shown = cgan.find("#training-shown");
  shown.hidden = false;
  const atEnd = lapse.of !== of || lapse.frame >= lapse.frames.length - 1;
  if (lapse.of !== of) cgan.playLapse(false);
  Object.assign(lapse, {
    of,
    name,
    frames: previews,
    sheet: (frame) =>
      isRun
        ? [`${path}/${previews[frame]}.png?v=${training.version}`, 1, 0]
        : [`${path}.webp?v=${training.id}`, previews.length, frame],
  });
  lapse.plots = cgan.lossPlots(cgan.text("losses"), training, (epoch) => cgan.seekLapse(cgan.frameAt(epoch)));
  const place = shown.querySelector(".plots");
  const focused = [...place.querySelectorAll("svg")].indexOf(document.activeElement);
  place.replaceChildren(...lapse.plots);
  place.querySelectorAll("svg")[focused]?.focus();
  shown.querySelector(".picture").hidden = !previews.length;
  const range = shown.querySelector("input");
  range.max = Math.max(0, previews.length - 1);
  cgan.seekLapse(atEnd ? previews.length - 1 : lapse.frame, true);
};

// The last preview that was there at this time.
cgan.frameAt = (epoch) => Math.max(0, cgan.lapse.frames.findLastIndex((other) => other <= epoch + 0.01));

cgan.seekLapse = async (frame, withPlots = false) => {
  const { lapse } = cgan;
  const epoch = lapse.frames[frame];
  if (epoch === undefined) return;
  lapse.frame = frame;
  const stage = cgan.find("#training-shown .lapse");
  const range = cgan.find("#training-shown input");
  range.value = frame;
  cgan.find("#training-shown output").textContent = range.ariaValueText = `${cgan.text("epoch")} ${epoch}`;
  stage.setAttribute("aria-label", cgan.text("lapse_alt", { name: lapse.name, epoch }));
  if (withPlots) for (const plot of lapse.plots) plot.seek(epoch);
  const [address, frames, place] = lapse.sheet(frame);
  const loaded = new Image(); // the one before stays until this one is here
  loaded.src = address;
  await loaded.decode().catch(() => {});
  if (lapse.frame !== frame || !loaded.naturalWidth) return;
  stage.style.setProperty("--sheet", `url("${loaded.src}")`);
  stage.style.setProperty("--frames", frames);
  stage.style.setProperty("--frame", place);
  stage.style.aspectRatio = `${loaded.naturalWidth} / ${loaded.naturalHeight / frames}`;
};

cgan.playLapse = (playing) => {
  clearInterval(cgan.lapse.timer);
  cgan.find("#training-shown button").textContent = cgan.text(playing ? "pause" : "play");
  cgan.lapse.playing = playing;
  if (!playing) return;
  const { lapse } = cgan;
  const last = () => lapse.frames.length - 1;
  if (lapse.frame >= last()) cgan.seekLapse(0, true);
  lapse.timer = setInterval(() => {
    if (lapse.frame >= last() || cgan.tab !== "training") return cgan.playLapse(false);
    cgan.seekLapse(lapse.frame + 1, true);
  }, 250);
};

document.addEventListener("click", ({ target }) => target.matches("#training-shown button") && cgan.playLapse(!cgan.lapse.playing));
document.addEventListener("input", ({ target }) => {
  if (!target.matches("#training-shown input")) return;
  cgan.playLapse(false);
  cgan.seekLapse(Number(target.value), true);
});
document.addEventListener("change", ({ target }) => target.matches("#training-of") && cgan.watch());
document.addEventListener("visibilitychange", () => !document.hidden && cgan.tab === "training" && cgan.watch());
