# SPDX-License-Identifier: Apache-2.0
# What people do with this repository. `make help` lists it.
LIBRARIES := $(patsubst Sources/%/,%,$(dir $(wildcard Sources/*/*.docc)))
MODEL ?=

.PHONY: help scan build test check format docs bench peers tokenizers fuzz setup
help:     ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 \2/p' Makefile | sed 's/^\(  make [a-z]*\) /\1\t/'

scan: build  ## the check-up of a model: make scan MODEL=folder (without MODEL: one that ships inside)
	.build/release/cajal scan $(MODEL)

build: setup  ## the program, optimized: .build/release/cajal
	swift build -c release --product cajal

test: setup  ## every test
	swift test

check:    ## format, sizes, names, layering, documentation
	dev/check

format:   ## formats every Swift file in place
	swift format --in-place --recursive Package.swift Sources Tests $(addprefix Benchmarks/,Package.swift Sources Benchmarks) \
	  $(addprefix Fuzz/,Package.swift Sources)

docs: setup  ## the documentation of every library, below .build
	for library in $(LIBRARIES); do swift package generate-documentation --target $$library || exit 1; done

bench: setup  ## the benchmarks, a package of its own in Benchmarks
	cd Benchmarks && swift package benchmark

peers: setup  ## one table of Cajal beside PyTorch, transformers and TransformerLens
	dev/peers

tokenizers: setup  ## every token of ten megabytes beside tokenizers, tiktoken and sentencepiece
	dev/tokenizers compare

fuzz: setup  ## every parser, and encoding followed by decoding, for twenty seconds each
	dev/fuzz

setup:    ## installs the system packages that are missing
	@dev/setup
