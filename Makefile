# SPDX-License-Identifier: Apache-2.0
# The short road for people. Each target does all that it needs: packages from apt, configure, build, run.
# CMake and Ninja do the building; nothing is compiled here.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SIZE ?= 1000
BASE ?= 0.5
OUTPUT_DIR ?= out/autodiff
MNIST_TRAIN_COUNT ?= 10000
MNIST_TEST_COUNT ?= 2000
# Folder with the IDX files; the repository carries the first 10,000 and 2,000 digits.
MNIST_DATA ?= data/mnist
# SETUP=no: never ask apt.
SETUP ?= yes
export SIZE BASE OUTPUT_DIR MNIST_TRAIN_COUNT MNIST_TEST_COUNT MNIST_DATA

TINSMITH := build/bin/tinsmith
MNIST := build/bin/mnist

# $(call ready,KIND,TARGETS): the packages of KIND are installed, the build is configured, TARGETS are built.
define ready
	@[ "$(SETUP)" = no ] || tools/setup $(1)
	@[ -f build/build.ninja ] || cmake --preset release >/dev/null
	@cmake --build build --target $(2) $(if $(MAKE_TERMOUT),,-- --quiet | sed '/no work to do/d')
endef

.NOTPARALLEL:  # targets share one build folder; Ninja uses all cores
.PHONY: help setup build build-check metal-src metal-lib ios-shaders prepare-mnist build-mnist-aot \
        metal-lib-mnist ios-mnist-assets mnist test bench

help:
	@sed -n 's/^#: //p' Makefile

#: make build             the autodiff example: script -> AOT package      SIZE=1000 BASE=0.5 OUTPUT_DIR=out/autodiff
#: make build-check       the same, gradients compared with 2x and with finite differences
#: make metal-src         the same, then its Metal text                    into OUTPUT_DIR/metal
#: make prepare-mnist     out/mnist_subset.bin                             MNIST_TRAIN_COUNT=10000 MNIST_TEST_COUNT=2000
#:                                                                         MNIST_DATA=data/mnist (tools/fetch_mnist: all of it)
#: make build-mnist-aot   out/mnist-softmax and out/mnist-mlp, AOT packages
#: make mnist             both, then trains the MLP and draws what it learnt
#: make test              builds and tests everything
#: make bench             measures compile and run times
#: make setup             installs what all of these need, from apt        SETUP=no: never ask apt
#: make metal-lib | ios-shaders | metal-lib-mnist | ios-mnist-assets      come with the Metal library writer

setup:
	@tools/setup build
	@tools/setup test
	@tools/setup bench

build:
	@tools/knobs SIZE BASE OUTPUT_DIR
	$(call ready,build,tinsmith_product)
	@$(TINSMITH) run examples/autodiff.py --size "$$SIZE" --base "$$BASE" --out "$$OUTPUT_DIR"

build-check:
	@tools/knobs SIZE BASE OUTPUT_DIR
	$(call ready,build,tinsmith_product)
	@$(TINSMITH) run examples/autodiff.py --size "$$SIZE" --base "$$BASE" --out "$$OUTPUT_DIR" --check

metal-src: build
	@$(TINSMITH) metal "$$OUTPUT_DIR" -o "$$OUTPUT_DIR/metal"

prepare-mnist:
	@tools/knobs MNIST_TRAIN_COUNT MNIST_TEST_COUNT MNIST_DATA
	$(call ready,build,tinsmith_product)
	@$(MNIST) prepare --from "$$MNIST_DATA" --train "$$MNIST_TRAIN_COUNT" --test "$$MNIST_TEST_COUNT" -o out/mnist_subset.bin

build-mnist-aot:
	$(call ready,build,tinsmith_product)
	@$(TINSMITH) run examples/mnist.py --model softmax --out out/mnist-softmax
	@$(TINSMITH) run examples/mnist.py --model mlp --out out/mnist-mlp

mnist: prepare-mnist build-mnist-aot
	@$(MNIST) train --package out/mnist-mlp --data out/mnist_subset.bin

metal-lib ios-shaders metal-lib-mnist ios-mnist-assets:
	@echo "make $@: not yet: it comes with the Metal library writer (the next issue); make metal-src writes Metal text" >&2
	@exit 1

test:
	$(call ready,test,all)
	@ctest --test-dir build --output-on-failure --progress -j "$$(nproc)"

bench:
	$(call ready,bench,all)
	@/usr/bin/python3 bench/compare.py
