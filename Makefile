# SPDX-License-Identifier: Apache-2.0
# What people do with this repository. `make help` lists it.
LIBRARIES := $(patsubst Sources/%/,%,$(dir $(wildcard Sources/*/*.docc)))
MODEL ?=

.PHONY: help scan build test check format docs bench setup
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
	swift format --in-place --recursive Package.swift Sources Tests

docs: setup  ## the documentation of every library, below .build
	for library in $(LIBRARIES); do swift package generate-documentation --target $$library || exit 1; done

bench: setup  ## the benchmarks, a package of its own in Benchmarks
	@test -f Benchmarks/Package.swift || { echo "Benchmarks live in a nested package, Benchmarks/: there are none yet."; exit 1; }
	cd Benchmarks && swift run -c release

setup:    ## installs the system packages that are missing
	@dev/setup
