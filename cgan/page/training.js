// The tab Training: one preview of many. The server counts them and draws the losses.
{
  const { say, image, tabs } = cgan;
  tabs.training = {
    wish({ of, epoch, previews }) {
      if (!of || !previews?.length) return null;
      const at = Math.min(epoch, previews.length) - 1;
      const words = { name: of, epoch: previews[at] };
      const src = `gradio_api/training/${encodeURIComponent(of)}/${at}.png`;
      return { src, alt: say("training_alt", words), says: say("training_says", words) };
    },
    view: (value) => `<div class="paper">${value?.src ? image(value) : ""}</div>`,
  };
}
