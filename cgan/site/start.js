// The worker, and the start: the page shows itself, then its parts arrive, in this file or beside it.

let worker;
let jobs = 0;
const waiting = new Map(); // job -> what takes the answer, and what the part that is done
const ask = (what, asked, tell) =>
  new Promise((answer) => {
    waiting.set(++jobs, { answer, tell });
    worker.postMessage({ job: jobs, what, ...asked });
  });

// A part as bytes: base64 in a script element of this file, or the file that a link names.
const part = async (id) => {
  const node = $(id);
  if (node.tagName === "SCRIPT") return fromBase64(node.textContent);
  const answer = await fetch(node.href);
  const [chunks, reader] = [[], answer.body.getReader()];
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    chunks.push(value);
    $("progress").value += value.length / PACK_SIZE;
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
};

const fromBase64 = (text) => {
  const bytes = atob(text);
  const found = new Uint8Array(bytes.length);
  for (let i = 0; i < found.length; i++) found[i] = bytes.charCodeAt(i); // Uint8Array.from takes 30 times as long
  return found;
};

const start = async () => {
  const node = $("worker");
  const isHere = node.tagName === "SCRIPT";
  const url = isHere
    ? URL.createObjectURL(new Blob([node.textContent], { type: "text/javascript" }))
    : node.href;
  const [wasm, pack] = await Promise.all([part("wasm"), part("pack")]);
  worker = new Worker(url);
  worker.onmessage = ({ data }) => {
    const { answer, tell } = waiting.get(data.job);
    if (data.part) return tell(data.part);
    answer(data);
    waiting.delete(data.job);
  };
  worker.onerror = (event) => complain(new Error(event.message));
  const answer = await ask("start", { wasm, pack });
  if (answer.error) throw new Error("site_old");
  about = answer.about;
  $("progress").hidden = true;
  reflect();
  refresh();
};

const dark = matchMedia("(prefers-color-scheme: dark)");
dark.onchange = () => document.documentElement.classList.toggle("dark", dark.matches);
dark.onchange();
state = stateOf(location.search);
wire();
makeHand();
reflect();
refresh();
if (HOME) Object.assign($("home"), { hidden: false, href: HOME });
const arriving = setInterval(
  () => ($("progress").value = ($("pack")?.textContent.length ?? 0) / PACK_SIZE),
  100,
);
addEventListener("DOMContentLoaded", () => {
  clearInterval(arriving);
  start().catch((error) => complain(error));
});
