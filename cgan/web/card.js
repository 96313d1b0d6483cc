// A card to send, as large as the preview of a link: 1200 x 630, ink on paper. Both pages use it.

// Return the address under which others find the page: `home`, or its own unless that is of this machine only.
function publicAddress(home) {
  const isLocal = !/^https?:$/.test(location.protocol) || /(^|\.)localhost$|^127\.|^0\.|^\[::/.test(location.hostname);
  return home || (isLocal ? "" : location.origin + location.pathname);
}

// Turn what is drawn white on black into crisp ink on paper.
function inkOnPaper(pen, paper = [251, 250, 247]) {
  const image = pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);
  for (let i = 0; i < image.data.length; i += 4) {
    const light = Math.min(1, Math.max(0, (0.5 - image.data[i] / 255) * 6 + 0.5));
    for (let k = 0; k < 3; k++) image.data[i + k] = light * paper[k];
  }
  pen.putImageData(image, 0, 0);
}

// What is on each card, made from what a tab shows. A card is { pictures, lines }.
// pictures: [address or canvas, x, y, width, height]; each is drawn at the left of its box.
// lines: [text, x, baseline, size in pixels]; large ones are headings.
const cards = {
  write: ({ src }, say) => ({ pictures: [[src, 60, 60, 1080, 380]], lines: [[say("card_write"), 60, 500, 30]] }),
  // rest: what is written in the hand, one below another.
  hand: ({ drawing, rest }, say) => {
    const mine = drawing ? [[drawing, 60, 30, 240, 240]] : [];
    const theirs = rest.map((source, k) => [source, 60, 290 + (k * 240) / rest.length, 1080, 220 / rest.length]);
    const [words, alone] = [[[say("card_mine"), 330, 140, 50], [say("card_rest"), 330, 190, 30]], [[say("card_write"), 60, 170, 50]]];
    return { pictures: [...mine, ...theirs], lines: drawing ? words : alone };
  },
  // past: ten pairs of { src, kind }; marks: a sign for each.
  quiz: ({ past, right, round, marks }, say) => {
    const tile = ({ src, kind }, k) => [src, 160 + 98 * k, kind === "genuine" ? 190 : 310, 98, 98];
    const names = ["genuine", "drawn"].map((kind, row) => [say(kind), 60, 250 + 120 * row, 26]);
    const each = [...marks].map((mark, k) => [mark, 197 + 98 * k, 460, 28]);
    const lines = [[say("quiz_told", { right, round }), 60, 120, 60], ...names, ...each];
    return { pictures: past.flatMap((pair, k) => pair.map((one) => tile(one, k))), lines };
  },
};

// Save the card of a tab as a PNG file. shown: what the tab shows, see above; home: see publicAddress.
async function saveCard(tab, shown, say, home) {
  const { pictures, lines } = cards[tab](shown, say);
  const canvas = Object.assign(document.createElement("canvas"), { width: 1200, height: 630 });
  const [pen, theme] = [canvas.getContext("2d"), getComputedStyle(document.documentElement)];
  pen.imageSmoothingQuality = "high";
  pen.fillRect(0, 0, 1200, 630);
  for (const [source, x, y, width, height] of pictures) {
    const image = source.getContext ? source : Object.assign(new Image(), { src: source });
    await image.decode?.();
    const scale = Math.min(width / image.width, height / image.height);
    pen.drawImage(image, x, y + (height - scale * image.height) / 2, scale * image.width, scale * image.height);
  }
  inkOnPaper(pen);
  const write = (text, x, y, size) => {
    const isHeading = size > 32;
    pen.fillStyle = isHeading ? "#262422" : "#65605a";
    pen.font = `${isHeading ? 600 : 400} ${size}px ${theme.getPropertyValue(isHeading ? "--serif" : "--sans")}`;
    pen.fillText(text, x, y, 1140 - x);
  };
  for (const line of lines) write(...line);
  write(document.title, 104, 579, 24);
  pen.textAlign = "right";
  pen.fillText(publicAddress(home).replace(/^https?:\/\/|\/$/g, ""), 1140, 579, 560);
  pen.fillStyle = "#a8321f";
  pen.fillRect(60, 556, 28, 28);
  const href = await new Promise((done) => canvas.toBlob((file) => done(URL.createObjectURL(file))));
  Object.assign(document.createElement("a"), { href, download: `${tab}_card.png` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
