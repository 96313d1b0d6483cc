"""Measure speed: medians and ratios, beside what the machine can do at that moment.

python -m cgan.measure.bench draw                # 64 pictures by each shipped generator, from z to bytes
python -m cgan.measure.bench train               # a step of each recipe, and the report's as straight-line code
python -m cgan.measure.bench start               # from the start of app.py to the first picture
python -m cgan.measure.bench page                # what visitors wait for, one or 64 of them (cgan/visits.py)
python -m cgan.measure.bench --json bench.json   # all of it, for programs too
"""

import json
import statistics
import time

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cgan import images, recipes, sampling, weights
from cgan.cli import add_threads, command, exit_with_a_sentence, whole_number_option
from cgan.files import write_atomically
from cgan.measure import results, visits
from cgan.networks import report

PICTURES = 64


def parse_args(argv=None):
    parser = command(__doc__)
    add, at_least_1 = parser.add_argument, whole_number_option(1, 10**6)
    add("what", nargs="*", metavar="WHAT", help=f"of {', '.join(MEASURES)} (default: all)")
    add("--markdown", action="store_true", help="also print the figures as a table")
    add("--json", metavar="FILE", help="also write the figures there")
    add("--repeat", type=at_least_1, default=9, help="times each is measured, in turn (default: 9)")
    add("--batch-size", type=at_least_1, help="images a training step (default: the recipe's)")
    add_threads(add)
    options = parser.parse_args(argv)
    if unknown := set(options.what) - set(MEASURES):
        parser.error(f"{', '.join(sorted(unknown))} is none of {', '.join(MEASURES)}")
    return options


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    figures = {"threads": options.threads, "repeat": options.repeat}
    for name in options.what or MEASURES:
        figures[name] = MEASURES[name](options)
        for row, values in figures[name].items():
            print(f"{name:6} {row:25}", "  ".join(f"{key} {short(value)}" for key, value in values.items()))
    if options.markdown:
        print(results.in_markdown(*as_table(figures), "---"))
    if options.json:
        write_atomically(options.json, json.dumps(figures, indent=1).encode())


def as_table(figures):
    """Headings and lines of the README's table: what was measured, its median, spread, and other figures."""
    lines = []
    for name in filter(figures.get, MEASURES):
        for row, values in figures[name].items():
            said = {key.replace("_", " "): short(value) for key, value in values.items()}
            times, *spread = (said.pop(key, "") for key in ("ms", "least", "most"))
            others = ", ".join(f"{key} {value}" for key, value in said.items())
            lines.append([f"{name}: {row}", times, " to ".join(filter(None, spread)), others])
    return ["", "ms, median", "least to most", "beside"], lines


def short(value):
    """A number in three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def take_turns(functions, repeat):
    """Call each of a dict of functions, one after another, `repeat` times: for each turn the ms of each.

    In turns, as a machine may be busy now and not later.
    """
    turns = []
    for _ in range(repeat):
        turns.append({})
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            turns[-1][name] = 1000 * (time.perf_counter() - start)
    return turns


def compare(functions, repeat):
    """Call each of a dict of functions in turn, `repeat` times, and once before that doesn't count."""
    return summary(take_turns(functions, repeat + 1)[1:])


def summary(turns):
    """Of turns, dicts of ms: for each name the median, least and most ms, and "ratio": the median over the
    turns of its time to that of the first name in the same turn."""
    first, rows = next(iter(turns[0])), {}
    for name in turns[0]:
        ms = [turn[name] for turn in turns]
        ratio = statistics.median(turn[name] / turn[first] for turn in turns)
        rows[name] = {"ms": statistics.median(ms), "least": min(ms), "most": max(ms), "ratio": ratio}
    return rows


def draw(options):
    """z to uint8, beside the matrix product: "of_limit" is the per cent of its rate, on what is needed."""
    matrix = torch.rand(1024, 1024)
    functions, multiplications = {"1024 x 1024 matrices": lambda: matrix @ matrix}, {}
    for name, file in weights.load_generators([weights.SHIPPED]).items():
        functions[name] = lambda file=file: images.to_uint8(sampling.some(PICTURES, 0, file))
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            file.network(torch.zeros(1, file.config["z_dim"]), torch.zeros(1, dtype=torch.long))
        multiplications[name] = counter.get_total_flops() / 2 * PICTURES
    rows = compare(functions, options.repeat)
    for name, needed in multiplications.items():
        rows[name]["of_limit"] = 100 * needed / 1024**3 / rows[name]["ratio"]
    return rows


def train(options):
    """A step of the two GANs at their own batch sizes, and the report's as one would first write it down."""
    functions = {"report, straight-line": straight_line(*batch(options, "report"))[0]}
    for name in ("report", "compact"):
        recipe = recipes.build(name, 0, steps=10**6)
        x, y = batch(options, name)
        functions[name] = lambda recipe=recipe, x=x, y=y: recipe.step(x, y)
    return compare(functions, options.repeat)


def batch(options, name):
    """Noise to learn from, x (N, 1, 28, 28) and y (N,): a step's time does not depend on the pictures."""
    n = options.batch_size or recipes.RECIPES[name].batch_size
    return torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1, torch.arange(n) % 10


def straight_line(x, y, seed=0):
    """The report's step with nothing done for speed, and the recipe with the same weights: (step, recipe)."""
    recipe = recipes.build("report", seed)
    G, D, bce = report.Generator(), report.Discriminator(), nn.BCELoss()
    G.load_state_dict(recipe.G.state_dict())
    D.load_state_dict(recipe.D.state_dict())
    G_optimizer, D_optimizer = (
        torch.optim.Adam(G.parameters(), 0.001),
        torch.optim.Adam(D.parameters(), 0.001),
    )
    rng, real, fake = torch.Generator(), torch.ones(len(x)), torch.zeros(len(x))

    def step():
        D_optimizer.zero_grad()
        d_real = bce(D.probability(x, y), real)
        d_real.backward()
        D_optimizer.step()

        D_optimizer.zero_grad()
        pictures = G(torch.randn(len(x), 100, generator=rng), y)
        d_fake = bce(D.probability(pictures.detach(), y), fake)
        d_fake.backward()
        D_optimizer.step()

        G_optimizer.zero_grad()
        g = bce(D.probability(G(torch.randn(len(x), 100, generator=rng), y), y), real)
        g.backward()
        G_optimizer.step()
        return {"d_real": d_real.item(), "d_fake": d_fake.item(), "g": g.item()}

    return step, recipe


def start(options):
    """From the start of a process to its first picture, beside torch, gradio and an empty page."""
    turns = []
    for _ in range(options.repeat):
        turns.append({})
        pages = {
            "torch, gradio, empty page": (visits.serving("-c", visits.EMPTY_PAGE), "/"),
            "app.py": (visits.serving_app(), visits.PICTURE.format(0)),
        }
        for name, (served, address) in pages.items():
            began = time.perf_counter()
            with served as (url, _):
                visits.get(url, [address])
                turns[-1][name] = 1000 * (time.perf_counter() - began)  # its end does not count
    return summary(turns)


MEASURES = {"draw": draw, "train": train, "start": start, "page": visits.page}

if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
