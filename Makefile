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
# Where everything else goes, and where the iOS app's assets go.
OUT ?= out
IOS_ASSETS ?= apple/Resources
MNIST_TRAIN_COUNT ?= 10000
MNIST_TEST_COUNT ?= 2000
# Folder with the IDX files; the repository carries the first 10,000 and 2,000 digits.
MNIST_DATA ?= data/mnist
# SETUP=no: never ask apt.
SETUP ?= yes
BUILD ?= build
# Where the typed Swift bindings of the examples go.
BINDINGS ?= apple/Sources/MNISTKit/Bindings
export SIZE BASE OUTPUT_DIR OUT IOS_ASSETS BINDINGS MNIST_TRAIN_COUNT MNIST_TEST_COUNT MNIST_DATA

TINSMITH := $(BUILD)/bin/tinsmith
MNIST := $(BUILD)/bin/mnist
IOS_CHECK := $(BUILD)/ios-check

# $(call ready,KIND,TARGETS): the packages of KIND are installed, the build is configured, TARGETS are built.
define ready
	@[ "$(SETUP)" = no ] || tools/setup $(1)
	@[ -f $(BUILD)/build.ninja ] || cmake --preset release -B $(BUILD) >/dev/null
	@cmake --build $(BUILD) --target $(2) $(if $(MAKE_TERMOUT),,-- --quiet | sed '/no work to do/d')
endef

# $(call swift_binding,PACKAGE,STRUCT): it knows the package by its hash, and refuses the libraries of another.
define swift_binding
	@$(TINSMITH) bind "$(1)" --lang swift -o "$$BINDINGS/$(2).swift" --name $(2)
endef

# $(call ios_bundles,PACKAGE,FOLDER,NAME): libraries for phones and for the simulator, each with its manifest, an index from
# which the runtime chooses, and the package's own description.
define ios_bundles
	@$(TINSMITH) metal "$(1)" -o "$(2)" --target ios16,ios-sim16 --emit metallib --single $(3)
	@cp "$(1)/metadata.json" "$(2)/metadata.json"
endef

.NOTPARALLEL:  # targets share one build folder; Ninja uses all cores
.PHONY: help setup build build-check metal-src metal-lib ios-shaders prepare-mnist build-mnist-aot \
        metal-lib-mnist ios-mnist-assets ios-check ios-app bindings mnist test bench

help:
	@sed -n 's/^#: //p' Makefile

#: make build             the autodiff example: script -> AOT package      SIZE=1000 BASE=0.5 OUTPUT_DIR=out/autodiff
#: make build-check       the same, gradients compared with 2x and with finite differences
#: make metal-src         the same, then its Metal text                    into OUTPUT_DIR/metal
#: make metal-lib         the same, then its Metal library too             into OUTPUT_DIR/metal
#: make ios-shaders       the same for the iOS app: device and simulator   into IOS_ASSETS/Autodiff, IOS_ASSETS=apple/Resources;
#:                                                                         its binding into BINDINGS
#: make prepare-mnist     out/mnist_subset.bin                             MNIST_TRAIN_COUNT=10000 MNIST_TEST_COUNT=2000
#:                                                                         MNIST_DATA=data/mnist (tools/fetch_mnist: all of it)
#: make build-mnist-aot   out/mnist-softmax and out/mnist-mlp, AOT packages
#: make metal-lib-mnist   the same, then their Metal libraries             into out/mnist-softmax/metal and out/mnist-mlp/metal
#: make ios-mnist-assets  libraries and digits for the iOS app             into IOS_ASSETS/MNIST; bindings into BINDINGS
#: make ios-check         all of the Apple half that can be checked on Linux; says what was skipped and why
#: make ios-app           builds the app where there is Xcode
#: make bindings          typed bindings of the examples, C++ for apps/mnist and Swift for the app (checked in)
#: make mnist             trains the MLP by its Metal library and draws what it learnt
#: make test              builds everything, and tests all but what ios-check does
#: make bench             measures compile and run times
#: make setup             installs what all of these need, from apt        SETUP=no: never ask apt

setup:
	@tools/setup build
	@tools/setup test
	@tools/setup bench
	@tools/setup ios

build:
	@tools/knobs SIZE BASE OUTPUT_DIR
	$(call ready,build,tinsmith_product)
	@$(TINSMITH) run examples/autodiff.py --size "$$SIZE" --base "$$BASE" --out "$$OUTPUT_DIR"

build-check:
	@tools/knobs SIZE BASE OUTPUT_DIR
	$(call ready,build,tinsmith_product)
	@$(TINSMITH) run examples/autodiff.py --size "$$SIZE" --base "$$BASE" --out "$$OUTPUT_DIR" --check

metal-src: build
	@$(TINSMITH) metal "$$OUTPUT_DIR" -o "$$OUTPUT_DIR/metal" --emit metal

metal-lib: build
	@$(TINSMITH) metal "$$OUTPUT_DIR" -o "$$OUTPUT_DIR/metal" --single autodiff

ios-shaders: build
	@tools/knobs IOS_ASSETS BINDINGS
	$(call ios_bundles,$$OUTPUT_DIR,$$IOS_ASSETS/Autodiff,autodiff)
	$(call swift_binding,$$OUTPUT_DIR,Autodiff)

prepare-mnist:
	@tools/knobs OUT MNIST_TRAIN_COUNT MNIST_TEST_COUNT MNIST_DATA
	$(call ready,build,tinsmith_product)
	@$(MNIST) prepare --from "$$MNIST_DATA" --train "$$MNIST_TRAIN_COUNT" --test "$$MNIST_TEST_COUNT" \
	  -o "$$OUT/mnist_subset.bin"

build-mnist-aot:
	@tools/knobs OUT
	$(call ready,build,tinsmith_product)
	@$(TINSMITH) run examples/mnist.py --model softmax --out "$$OUT/mnist-softmax"
	@$(TINSMITH) run examples/mnist.py --model mlp --out "$$OUT/mnist-mlp"

metal-lib-mnist: build-mnist-aot
	@$(TINSMITH) metal "$$OUT/mnist-softmax" -o "$$OUT/mnist-softmax/metal"
	@$(TINSMITH) metal "$$OUT/mnist-mlp" -o "$$OUT/mnist-mlp/metal"

ios-mnist-assets: prepare-mnist build-mnist-aot
	@tools/knobs IOS_ASSETS BINDINGS
	$(call ios_bundles,$$OUT/mnist-softmax,$$IOS_ASSETS/MNIST/softmax,mnist-softmax)
	$(call ios_bundles,$$OUT/mnist-mlp,$$IOS_ASSETS/MNIST/mlp,mnist-mlp)
	@cp "$$OUT/mnist_subset.bin" "$$IOS_ASSETS/MNIST/mnist_subset.bin"
	$(call swift_binding,$$OUT/mnist-softmax,MNISTSoftmax)
	$(call swift_binding,$$OUT/mnist-mlp,MNISTMLP)

bindings: build build-mnist-aot
	@tools/knobs OUT OUTPUT_DIR BINDINGS
	$(call swift_binding,$$OUTPUT_DIR,Autodiff)
	$(call swift_binding,$$OUT/mnist-softmax,MNISTSoftmax)
	$(call swift_binding,$$OUT/mnist-mlp,MNISTMLP)
	@$(TINSMITH) bind "$$OUT/mnist-softmax" --lang cpp -o apps/mnist/mnist_softmax.hpp
	@$(TINSMITH) bind "$$OUT/mnist-mlp" --lang cpp -o apps/mnist/mnist_mlp.hpp

# The assets as the app has them, linted, and their bindings those of the repository; then the checks of label ios
# (cross-compilation, Swift, the project, the app's screens, sanitizers) and what runs over the fake Metal.
ios-check:
	$(call ready,ios,all)
	@rm -rf $(IOS_CHECK)
	@$(MAKE) ready= OUT=$(IOS_CHECK)/out OUTPUT_DIR=$(IOS_CHECK)/out/autodiff IOS_ASSETS=$(IOS_CHECK)/assets \
	  BINDINGS=$(IOS_CHECK)/bindings SIZE=1000 BASE=0.5 ios-shaders ios-mnist-assets
	@$(TINSMITH) lint $(IOS_CHECK)/assets
	@for file in $(IOS_CHECK)/bindings/*.swift; do cmp "$$file" "apple/Sources/MNISTKit/Bindings/$${file##*/}" || \
	  { echo "make: the bindings are not those of the examples; make bindings writes them anew"; exit 1; }; done
	@tools/run_tests.py $(BUILD)/tests/apple -LE ios
	@tools/run_tests.py $(BUILD) -L ios

ios-app:
	@tools/ios_app

mnist: prepare-mnist metal-lib-mnist
	@$(MNIST) train --package "$$OUT/mnist-mlp/metal" --data "$$OUT/mnist_subset.bin" --out "$$OUT/mnist"

test:
	$(call ready,test,all)
	@tools/run_tests.py $(BUILD) -LE ios

bench:
	$(call ready,bench,tinsmith_product bench_libraries)
	@/usr/bin/python3 bench/compare.py
