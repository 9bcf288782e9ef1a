# Needs Go, make and git; `make e2e` needs bash and python3 too. Modules are
# found, not listed: a folder with a go.mod is tested, linted and fuzzed.

GO ?= go
export GO

# A go.work file of the developer's own must not decide what is tested.
export GOWORK = off

FUZZTIME  ?= 5s
SCHEDULES ?= 100000
TESTFLAGS ?=
ARGS      ?=

# Beyond staticcheck's defaults: a package comment (ST1000), one receiver name
# a type (ST1016), doc comments that start with the name (ST1020 to ST1022).
STATICCHECKS = inherit,ST1000,ST1016,ST1020,ST1021,ST1022

BIN  = $(CURDIR)/.ci/bin
EACH = sh .ci/each

.NOTPARALLEL:
.PHONY: help demo dbrotation test soak e2e browser fuzz bench bench-full lint check fmt tools

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1@\2/p' Makefile | while IFS=@ read -r t d; do printf '  make %-11s %s\n' $$t "$$d"; done

# Nothing here needs cgo, and a machine without a C compiler has none.
demo lint fuzz: export CGO_ENABLED = 0

demo: ## run examples/quickstart; ARGS='/my/path my-name' reads those from AWS instead
	@cd examples && $(GO) run -buildvcs=false ./quickstart $(ARGS)

dbrotation: ## change a real PostgreSQL's password under load; ARGS='-duration 24s -every 2s' is a short run
	@bash examples/dbrotation/run.sh $(ARGS)

test: ## test every module, with -race where there is a C compiler; TESTFLAGS='-count=3' adds flags
	@sh .ci/test $(TESTFLAGS)

soak: ## run SCHEDULES (100000) of the model test, and a load over HTTP for SOAK_TIME (1m)
	@sh .ci/soak $(SCHEDULES)

e2e: ## run the end-to-end tests against an independent emulator
	@bash .ci/e2e.sh

browser: ## test the status page in headless Chromium; SCREENSHOTS=DIR keeps pictures of it
	@bash .ci/browser

fuzz: ## run every fuzz target for FUZZTIME (5s) each
	@$(EACH) "$(CURDIR)/.ci/fuzz" $(FUZZTIME)

bench: ## measure against the libraries a user would pick instead
	@cd bench && $(GO) run .

bench-full: ## the same with the measurements that take long
	@cd bench && $(GO) run . -full

lint: tools ## check formatting, vet, staticcheck, go.mod files; no test sleeps
	@sh .ci/format-check "$(BIN)/gofumpt"
	@sh .ci/sleep-check
	@$(EACH) $(GO) vet ./...
	@$(EACH) "$(BIN)/staticcheck" -checks $(STATICCHECKS) ./...
	@$(EACH) $(GO) mod tidy -diff

check: lint test fuzz e2e browser ## all of what CI runs
	@$(MAKE) --no-print-directory dbrotation ARGS='-duration 24s -every 2s'

fmt: tools ## format every Go file with gofumpt
	@"$(BIN)/gofumpt" -l -w .

tools: # builds what .ci/tools pins
	@cd .ci/tools && CGO_ENABLED=0 $(GO) build -o "$(BIN)/" tool
