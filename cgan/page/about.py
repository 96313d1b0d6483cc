"""The tab About: how a conditional GAN works, what was measured, where the code is, use from a program."""

import gradio as gr

from cgan.measure import results
from cgan.page import status, tab, text

BOXES = [("about_noise", 10, 10, 112), ("about_digit", 150, 10, 100)]  # text, left, top, width
BOXES += [("about_g", 10, 92, 240), ("about_d", 10, 272, 400)]
ARROWS = [
    "M66 54V88",
    "M200 54V88",
    "M130 148V170",
    "M130 232V268",
    "M358 150V268",
    "M250 32H290V268",
    "M210 328V350",
]
FEEDBACK = ["M140 368H-2V120H6", "M280 368H422V300H414"]
PICTURES = [("digits/8.png?seed=5", 102, 174), ("real/8.png?i=3", 330, 92)]
FILES = ["train.py", "cgan/recipes/", "cgan/networks/", "cgan/losses.py", "cgan/sampling.py", "app.py"]
EXAMPLES = ["python", "curl", "img"]
MEASURES = ["right", "worst", "fd_times", "class_fd_times", "precision", "recall", "coverage", "cas"]


def lay_out(models):
    with tab("about"):
        gr.HTML(content(models), elem_id="about", padding=False)


def content(models):
    files = "".join(f"<li><code>{file}</code>: {text(f'file_{file}')}</li>" for file in FILES)
    examples = "".join(
        f"<figure><figcaption>{text(f'example_{name}')}</figcaption>"
        f"<pre tabindex='0'><code data-example='{name}'></code></pre>"
        f"<button type='button'>{text('copy_code')}</button></figure>"
        for name in EXAMPLES
    )
    return f"""<section><h2>{text("about_how")}</h2><div class="how">{diagram()}
<div><p>{text("about_gan")}</p><p>{text("about_told")}</p><p>{text("about_hand")}</p></div></div></section>
<section><h2>{text("about_measured")}</h2><p>{text("about_judge")}</p>{table(models)}
<ul><li>{text("about_right")}</li><li>{text("about_fd")}</li><li>{text("about_precision")}</li>
<li>{text("about_cas")}</li></ul></section>
<section><h2>{text("about_code")}</h2><p>{text("about_files")}</p><ul>{files}</ul></section>
<section><h2>{text("about_program")}</h2><p>{text("about_addresses")}</p>
{status("about")}{examples}</section>"""


def diagram():
    """Noise and a digit become a picture in G; D sees it, or a real one, with the digit, and says which."""
    boxes = "".join(
        f'<rect x="{x}" y="{y}" width="{width}" height="{44 if y < 90 else 56}" rx="10"/>'
        f'<text x="{x + width / 2}" y="{y + (27 if y < 90 else 33)}">{text(key)}</text>'
        for key, x, y, width in BOXES
    )
    arrows = "".join(f'<path d="{path}"/>' for path in ARROWS)
    arrows += "".join(f'<path class="feedback" d="{path}"/>' for path in FEEDBACK)
    pictures = "".join(
        f'<image href="gradio_api/{address}" x="{x}" y="{y}" width="56" height="56"/>'
        for address, x, y in PICTURES
    )
    return f"""<svg viewBox="-6 0 432 412" role="img" aria-label="{text("about_diagram")}">
<defs><marker id="tip" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0L8 4L0 8z"/></marker></defs>{arrows}{boxes}{pictures}
<text x="168" y="207" class="start">{text("quiz_drawn")}</text><text x="358" y="80">{text("quiz_real")}</text>
<text x="210" y="373">{text("about_verdict")}</text>
<text x="210" y="405" class="small">{text("about_dashed")}</text></svg>"""


def table(models):
    """What results.json has of the models and of what they are compared with, a line each, as HTML."""
    kept = results.load()
    if not kept:
        return ""
    rows = {name: kept["weights"][w.id] for name, w in models.items() if w.id in kept["weights"]}
    rows |= {text(f"control_{key}"): row for key, row in kept["controls"].items()}
    head = "".join(f'<th scope="col">{text(f"measure_{name}")}</th>' for name in MEASURES)
    lines = ""
    for name, row in rows.items():
        measures = results.complete(kept, row)
        cells = "".join(f"<td>{results.cell(measures, {}, measure)}</td>" for measure in MEASURES)
        lines += f'<tr><th scope="row">{name}</th>{cells}</tr>'
    return f'<div class="wide" tabindex="0"><table><tr><td></td>{head}</tr>{lines}</table></div>'
