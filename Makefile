# `make help` lists what there is. Needed: a Rust toolchain, gcc with g++, make, git, curl. Postgres, and for the
# browser tests Node and Chromium, are found, or got, by the scripts.
.POSIX:
.SUFFIXES:
.PHONY: help run test soak bench bench-full fuzz lint fmt docs prepare screenshots dist package-test

help: ## list what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | while IFS='	' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

run: ## run the demo: Postgres, LINE simulator, server, the 2561 letter (ONCE=1 ends when it is settled)
	@ONCE='$(ONCE)' sh scripts/run.sh

test: ## run all tests, those in a browser too, leave nothing running, print the count
	@sh scripts/test.sh

soak: ## run the tests of faults long: a national tree, faults that last, twenty kills; about a quarter of an hour
	@sh scripts/soak.sh

bench: ## measure the engine against a ceiling and print the table (four minutes once it is built)
	@sh scripts/bench.sh

bench-full: ## the same with a million deliveries, twenty million of history, and single statements (a quarter of an hour, 25 GB of disk)
	@sh scripts/bench.sh --full

fuzz: ## fuzz the parsers of what comes in from outside, five minutes each (needs g++; see scripts/fuzz.sh)
	@sh scripts/fuzz.sh

lint: ## check the format and let clippy look, as strictly as the checks before a merge
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --no-default-features -- -D warnings

fmt: ## format all code
	cargo fmt --all

docs: ## build the documentation of the code, in target/doc
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --workspace

prepare: ## write .sqlx/ anew after a change of a query or a migration
	@sh scripts/prepare.sh

screenshots: ## take the pictures of the pages anew, for docs/screenshots
	@sh scripts/screenshots.sh

dist: ## build what is installed, into target/dist: program, manual pages, completions, service, Debian package (a quarter of an hour)
	@sh scripts/dist.sh

package-test: ## as root: install, start, upgrade, remove and purge the Debian package on this machine
	@sh scripts/package-test.sh
