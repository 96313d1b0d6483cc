PYTHON ?= python3
RUN = .venv/bin/python

.PHONY: app test soak lint pictures clean

app: .venv/ready  ## the page; options in ARGS="--port 8000"
	$(RUN) app.py $(ARGS)

test: .venv/ready-dev
	$(RUN) -m pytest $(ARGS)

soak: .venv/ready-dev  ## tests that take minutes: kills, damaged files, hostile requests, many visitors
	$(RUN) -m pytest -m soak -n 0 -rP --durations=0 $(ARGS)

lint: .venv/ready-dev
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .

pictures: .venv/ready-dev  ## those in README.md; MNIST's folder in DATA=data
	$(RUN) -m cgan.generate --digit 0-9 --count 7 --seed 13 --background white --scale 2 --out docs/digits.png
	$(RUN) -m cgan.measure.evaluate weights/compact.safetensors --data $(or $(DATA),data) --sheet docs/drawn-and-real.png
	$(RUN) -m tests.screenshots docs cgan/page

clean:
	rm -rf .venv

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --requirement requirements.txt
	touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	$(RUN) -m pip install --requirement requirements-dev.txt
	touch $@
