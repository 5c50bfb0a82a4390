# Names only: what each of them does is in crates/dev/xtask, `cargo xtask --help` tells.

.DEFAULT_GOAL := help
.PHONY: run build test check clean help

## make run    build Scope and draw this machine at http://localhost:4040 until Ctrl-C
run:
	@cargo xtask run

## make build  build the one binary, target/release/scope, the web client inside
build:
	@cargo xtask build

## make test   everything CI runs; ends with "N passed, N failed, N skipped"
test:
	@cargo xtask test

## make check  the fast part, for every few minutes: format, lints, house rules, unit tests
check:
	@cargo xtask check

## make clean  remove what was built
clean:
	@cargo xtask clean

## make help   this text
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)
