# Every target calls a script of Scripts/, so that all of this works without make too: Scripts/demo, Scripts/test, …
# ARGS are passed on: make demo ARGS="--repo ../elsewhere", make test ARGS="--filter RIFModelTests"

PREFIX ?= /usr/local
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup build demo test check torture bench format lint install clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s  %s\n", $$1, $$2 }' Makefile

setup: ## Put the DuckDB library into your cache folder (once; 24 MB)
	@Scripts/setup $(ARGS)

build: ## Build everything for debugging
	@Scripts/build $(ARGS)

demo: ## Set up, build, and run `rif demo` (ARGS="--repo PATH" for a repository of yours)
	@Scripts/demo $(ARGS)

test: ## Set up, check, build and run all tests (ARGS="--filter NAME" for some)
	@Scripts/test $(ARGS)

check: ## Check imports between rooms, file sizes, rules and format, without building
	@Scripts/check

torture: ## Run the kill tests with 1000 kills (RIF_TORTURE_KILLS=N for another number)
	@Scripts/torture $(ARGS)

bench: ## Run the benchmarks, built for release
	@Scripts/bench $(ARGS)

format: ## Format the Swift files in place
	@Scripts/format

lint: ## Check the format of the Swift files
	@Scripts/lint

install: ## Build for release and install rif, its library and completions under PREFIX (/usr/local)
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" Scripts/install

clean: ## Remove the build folders; databases and the cached library stay
	@Scripts/clean
