// The tab Training: a film of previews. The slider (`at`) counts them from 1, all else is in epochs. Play moves the slider.
{
  const { say, image, isSet, tabs } = cgan;
  const SECONDS = 6; // a whole film
  const one = (selector) => document.querySelector(selector);
  let [film, isMoving] = [0, false]; // the next frame, while it plays; whether the film moves the slider

  // Return which preview is the nearest to an epoch; without one, the last.
  const nearest = (epoch, epochs) => {
    const away = epochs.map((other) => Math.abs(other - epoch));
    return isSet(epoch) ? away.indexOf(Math.min(...away)) + 1 : epochs.length;
  };
  const stop = () => {
    cancelAnimationFrame(film);
    film = 0;
    one("#training-play").ariaPressed = "false";
  };
  addEventListener("input", ({ target }) => {
    if (film && !isMoving && target.closest("#training-bar")) stop();
  }, true);

  // Rule the losses at the epoch shown. Gradio draws them anew when it likes.
  const rule = () => {
    const [losses, { part, epoch }] = [one("#training-losses"), one("#training-picture").shown ?? {}];
    if (part === undefined) return;
    one("#training-bar input[type=range]").setAttribute("aria-valuetext", `${say("epoch")} ${epoch}`);
    losses.watch ??= new MutationObserver(rule);
    losses.watch.observe(losses, { childList: true, subtree: true });
    const frame = losses.querySelector(".background")?.getBoundingClientRect();
    if (!frame) return;
    const { left, top } = losses.getBoundingClientRect();
    const x = frame.left - left + frame.width * Math.min(1, part);
    for (const [name, pixels] of Object.entries({ x, y: frame.top - top, h: frame.height })) {
      losses.style.setProperty(`--${name}`, `${pixels}px`);
    }
  };

  tabs.training = {
    wish({ of, epoch: asked, previews }) {
      if (!of || previews?.of !== of || !previews.epochs.length) return null; // until the server has counted
      const at = nearest(asked, previews.epochs);
      const exact = previews.epochs[at - 1];
      const epoch = Number(exact < 1 ? exact.toPrecision(2) : exact.toFixed(1));
      const [path, words] = [`gradio_api/training/${encodeURIComponent(of)}`, { name: of, epoch, epochs: previews.all }];
      const says = say(epoch ? "training_says" : "training_start", words);
      const files = [[say("download_gif"), `${path}.gif`, `${of}.gif`]];
      const src = `${path}/${at - 1}.png`;
      return { src, alt: say("training_alt", words), says, files, epoch, part: exact / previews.limit };
    },
    change(asked, source) {
      if (source === "of") stop();
      const { epochs } = asked.previews ?? {};
      if (!epochs) return;
      // At the last preview, no epoch is kept, so that the next preview is shown when it comes.
      if (source === "at") asked.epoch = asked.at < epochs.length ? epochs[asked.at - 1] : null;
      else asked.at = nearest(asked.epoch, epochs);
    },
    follow: ({ epoch, previews }) => (previews ? { at: nearest(epoch, previews.epochs) } : {}),
    view(value) {
      setTimeout(rule);
      return `<div class="paper">${value?.src ? image(value) : ""}</div>`;
    },
    play() {
      if (film) return stop();
      const range = one("#training-bar input[type=range]");
      const from = Number(range.value) < range.max ? Number(range.value) : 1;
      const [begun, pace] = [performance.now(), (SECONDS * 1000) / range.max];
      const show = (now) => {
        const at = Math.min(range.max, from + Math.max(0, Math.floor((now - begun) / pace)));
        isMoving = true;
        if (Number(range.value) !== at) {
          range.value = at;
          range.dispatchEvent(new Event("input", { bubbles: true }));
        }
        isMoving = false;
        if (at < range.max && range.offsetParent) film = requestAnimationFrame(show);
        else stop();
      };
      one("#training-play").ariaPressed = "true";
      film = requestAnimationFrame(show);
    },
  };
}
