# make            what one can do
.DEFAULT_GOAL := help
SHELL := bash

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: run
run: ## run the host, as "go run ./host" does
	go run ./host

.PHONY: build
build: ## build bin/gatehouse
	CGO_ENABLED=0 go build -trimpath -o bin/gatehouse ./host

# Ours: what somebody has dropped into services/ is theirs.
PACKAGES = $$(go list -e ./... | grep -v '^gatehouse/services') ./services/examples

.PHONY: test
test: postgresql clients ## run all tests, on SQLite and PostgreSQL
	go test -timeout 20m $(PACKAGES)

.PHONY: race
race: postgresql clients ## run all tests under the race detector
	go test -race -timeout 30m $(PACKAGES)

.PHONY: lint
lint: ## run the linters (builds them the first time)
	go run $(GOLANGCI_LINT) run

.PHONY: generate
generate: ## make generated files anew
	go generate ./...

FUZZTIME := 10s
.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME
	@set -e; grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
		for target in $$(grep -oE '^func Fuzz[A-Za-z0-9_]+' "$$file" | cut -c6-); do \
			go test "$$(dirname "$$file")" -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME); \
		done; \
	done

.PHONY: bench
bench: postgresql ## run the benchmarks of docs/performance.md
	go test ./bench -run '^$$' -bench . -benchtime 40x -timeout 30m

.PHONY: check
check: ## type-check the services, as the host does
	go run ./host check services

# The tests start a throw-away PostgreSQL from the installed binaries.
.PHONY: postgresql
postgresql:
	@if [ -z "$$GATEHOUSE_TEST_POSTGRES_BIN" ] && ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
		echo "The tests need PostgreSQL's server binaries: install them, for instance with"; \
		echo "    apt-get install postgresql"; \
		echo "or set GATEHOUSE_TEST_POSTGRES_BIN to the directory that has initdb."; \
		exit 1; \
	fi

# The tests run clients of the SSO in other languages, and those of docs/clients.md.
.PHONY: clients
clients:
	@for program in python3 node curl jq; do command -v $$program >/dev/null || { \
		echo "The tests need $$program: install Python 3, Node.js 18 or later, curl and jq, for instance with"; \
		echo "    apt-get install python3 nodejs curl jq"; \
		exit 1; \
	}; done
