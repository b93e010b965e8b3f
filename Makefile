# The commands of argyle-webhooks; `make` alone lists them. Kept to what GNU make 3.81 knows, for that is what macOS has.

# Processor that the deployed functions are built for. Passed both to Go and to the template, whose parameter Go does not see.
ARCH ?= arm64
# What is built: shown by `argylectl version`, in the stack's outputs and in each function's first log line.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

ENVIRONMENTS := $(shell sed -n 's/^\[\([a-z0-9-]*\)\.deploy\.parameters\].*/\1/p' samconfig.toml)
MACHINE := $(shell uname -m)
MACHINE_ARCH := $(if $(filter arm64 aarch64,$(MACHINE)),arm64,x86_64)
GOARCH_OF_arm64 := arm64
GOARCH_OF_x86_64 := amd64

GOLANGCI_LINT_VERSION := v2.15.0
GOVULNCHECK_VERSION := v1.9.0
GITLEAKS_VERSION := v8.30.1
ACTIONLINT_VERSION := v1.7.12
CHECKOV_VERSION := 3.3.30
GOLANGCI_LINT := .build/tools/golangci-lint-$(GOLANGCI_LINT_VERSION)/golangci-lint
GOVULNCHECK := .build/tools/govulncheck-$(GOVULNCHECK_VERSION)/govulncheck
GITLEAKS := .build/tools/gitleaks-$(GITLEAKS_VERSION)/gitleaks
ACTIONLINT := .build/tools/actionlint-$(ACTIONLINT_VERSION)/actionlint
CHECKOV := .build/tools/checkov-$(CHECKOV_VERSION)/bin/checkov

# SAM CLI reports its use to AWS unless told not to.
export SAM_CLI_TELEMETRY := 0
SAM := .venv/bin/sam
ARGYLECTL := .bin/argylectl

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# ------------------------------------------------------------------------------------------------------------ run and test

.PHONY: run
run: argylectl ## Start the local stack, play the sample journey, stay up (ARGS=… passes flags)
	@exec $(ARGYLECTL) local $(ARGS)

.PHONY: test
test: ## Run every test, the ones on the local stack included (RACE=1 finds data races; it needs a C compiler)
	@go run ./infra/local/setup
	$(if $(RACE),CGO_ENABLED=1 )go test -count=1 $(if $(RACE),-race -timeout 20m,-timeout 10m) ./...

.PHONY: upgrade
upgrade: ## Fill a table by the previous version, and take it over by this one (it needs the history)
	@go run ./infra/local/setup
	@go test -count=1 -timeout 10m -tags upgrade -v -run '^TestUpgrade$$' ./infra/upgrade

# How long each fuzz target runs.
FUZZTIME ?= 30s

.PHONY: fuzz
fuzz: ## Fuzz each of the module's fuzz targets for a while (FUZZTIME=2m)
	@go run ./infra/fuzz -time $(FUZZTIME)

.PHONY: mutants
mutants: ## Break the core on purpose, change by change, and show which test notices (about five minutes)
	@go run ./infra/local/setup
	@go run ./infra/mutants

.PHONY: bench
bench: ## Measure cold starts, memory, size, request units, dollars and lag (ARGS=-quick for a rough minute)
	@go run ./infra/bench $(ARGS)

.PHONY: argylectl
argylectl: ## Build the tool, .bin/argylectl
	@test -x $(ARGYLECTL) || echo "make: building argylectl …" >&2
	@go build -trimpath -buildvcs=false -ldflags "-X main.version=$(VERSION)" -o $(ARGYLECTL) ./infra/argylectl

.PHONY: events
events: argylectl ## Write events/ anew from the sample bodies
	@$(ARGYLECTL) events

# ------------------------------------------------------------------------------------------------------------------- check

CHECKS := check-format check-vet check-lint check-vulnerabilities check-modules check-template check-gates check-policies \
  check-secrets check-workflow check-artifact

.PHONY: check $(CHECKS)
check: ## Check formatting, code, known vulnerabilities, modules, secrets, the template and what is built from it
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-format: $(GOLANGCI_LINT)
	@$(GOLANGCI_LINT) fmt --diff
	@echo "check: formatting ok (gofumpt)"

check-vet:
	@go vet -tags upgrade,emulated,samlocal ./...
	@echo "check: go vet ok"

check-lint: $(GOLANGCI_LINT)
	@$(GOLANGCI_LINT) config verify
	@$(GOLANGCI_LINT) run
	@echo "check: golangci-lint ok"

# Not being able to ask is no finding, but must not look like "nothing found" either.
check-vulnerabilities: $(GOVULNCHECK)
	@if $(GOVULNCHECK) ./... >.build/govulncheck.log 2>&1; then \
	  echo "check: no known vulnerability is reachable"; \
	elif grep '^govulncheck: fetching vulnerabilities:' .build/govulncheck.log; then \
	  echo "check: vulnerabilities NOT CHECKED: the database of known vulnerabilities cannot be reached from here"; \
	else cat .build/govulncheck.log >&2; exit 1; fi

check-modules:
	@go mod tidy -diff
	@echo "check: go.mod and go.sum ok"

check-template: .venv/.made
	@$(SAM) validate >.build/sam-validate.log 2>&1 || { cat .build/sam-validate.log >&2; exit 1; }
	@.venv/bin/python infra/lint_translated.py template.yaml
	@.venv/bin/python infra/translated_version.py template.yaml
	@.venv/bin/cfn-lint infra/github-oidc.yaml
	@echo "check: template ok (cfn-lint, before and after SAM's translation)"

check-gates:
	@go run ./infra/gates >.build/idle-cost.txt
	@echo "check: the template's times, counts, alarms and protection ok (go run ./infra/gates)"

# Each suppression stands, with its reason, beside the resource that it is for.
check-policies: $(CHECKOV)
	@$(CHECKOV) --framework cloudformation --skip-download --compact --quiet -f template.yaml infra/github-oidc.yaml \
	  >.build/checkov.log 2>&1 || { cat .build/checkov.log >&2; exit 1; }
	@grep -q 'Passed checks: [1-9]' .build/checkov.log || { cat .build/checkov.log >&2; echo "check: checkov checked nothing" >&2; exit 1; }
	@echo "check: checkov ok: $$(sed -n "s/^Passed checks: \([0-9]*\).*Skipped checks: \(.*\)/\1 passed, \2 skipped with their reasons/p" .build/checkov.log)"

# Of what Git has or would take: what is ignored holds other people's code.
check-secrets: $(GITLEAKS)
	@rm -rf .build/scanned && mkdir -p .build/scanned
	@git ls-files -z --cached --others --exclude-standard | tar -c --null -T - -f - | tar -x -f - -C .build/scanned
	@$(GITLEAKS) dir --no-banner --no-color --redact --log-level warn --verbose --config .gitleaks.toml .build/scanned
	@n=$$(find .build/scanned -type f | wc -l); [ $$n -gt 0 ] || { echo "check: no file to look for secrets in" >&2; exit 1; }; \
	echo "check: no secret in" $$n "files (gitleaks)"

check-workflow: $(ACTIONLINT)
	@$(ACTIONLINT) .github/workflows/*.yml
	@echo "check: the workflow ok (actionlint)"

check-artifact: build

# -------------------------------------------------------------------------------------------------------- build and deploy

# Which section of samconfig.toml `sam build` reads.
CONFIG_ENV = default

.PHONY: build
build: known-arch .venv/.made ## Build the functions for AWS and check what came out (ARCH=x86_64 for the other processor)
	@mkdir -p .build
	@echo "make: sam build for $(ARCH)"
	@env -u MAKEFLAGS -u MAKELEVEL ARCH=$(ARCH) $(SAM) build --config-env $(CONFIG_ENV) --parameter-overrides Architecture=$(ARCH) \
	  >.build/sam-build.log 2>&1 || { cat .build/sam-build.log >&2; exit 1; }
	@if grep -i warn .build/sam-build.log >&2; then exit 1; fi
	@go run ./infra/artifact -arch $(ARCH) .aws-sam/build/template.yaml

.PHONY: known-arch
known-arch:
	@test -n "$(GOARCH_OF_$(ARCH))" || { echo "make: ARCH is '$(ARCH)': want arm64 or x86_64" >&2; exit 2; }

# SAM's makefile builder calls build-<logical id> for each function; FamilyFunction is built from functions/family.
build-%Function:
	@CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH_OF_$(ARCH)) go build -buildvcs=false -trimpath -tags lambda.norpc,nethttpomithttp2 \
	  -ldflags="-s -w -buildid=" -o "$(ARTIFACTS_DIR)/bootstrap" ./functions/$$(echo $* | tr A-Z a-z)

# infra/deploy deploys what was built, once nothing that must stay would go, and asks it whether it works. ROLLOUT=all-at-once lets a fix
# past an alarm, ALLOW_LOSS="LogicalId …" lets something go, CONFIRM=yes answers what is asked, where somebody has agreed already.
DEPLOY = go run ./infra/deploy -sam $(SAM) -env $(ENV) $(if $(filter yes,$(CONFIRM)),-yes)

.PHONY: deploy
deploy: known-env ## Build, show the changes, deploy, check (ENV=dev; ROLLOUT=…, ALLOW_LOSS=…, CONFIRM=yes)
	@$(MAKE) --no-print-directory build CONFIG_ENV=$(ENV)
	@$(DEPLOY) -arch $(ARCH) -version "$(VERSION)" -rollout "$(ROLLOUT)" -allow-loss "$(ALLOW_LOSS)"

.PHONY: delete
delete: known-env .venv/.made ## Delete a trial's stack with all that is in it (ENV=dev)
	@$(DEPLOY) -delete

.PHONY: known-env
known-env:
	@known=; for env in $(ENVIRONMENTS); do if [ "$$env" = "$(ENV)" ]; then known=yes; fi; done; \
	if [ -z "$$known" ]; then echo "make: no environment '$(ENV)' in samconfig.toml: say ENV=… with one of: $(ENVIRONMENTS)" >&2; exit 2; fi

# ----------------------------------------------------------------------------------------------------- sam local (a container)

.PHONY: invoke
invoke: ## Run the right function on a sample event in a container, against the local stack (EVENT=accounts.connected)
	@if [ -z "$(EVENT)" ]; then echo "make: say which event: make invoke EVENT=accounts.connected" >&2; exit 2; fi
	@$(MAKE) --no-print-directory argylectl
	@$(ARGYLECTL) sam-local check --event $(EVENT)
	@$(MAKE) --no-print-directory build ARCH=$(MACHINE_ARCH)
	@$(ARGYLECTL) sam-local invoke --sam $(SAM) --event $(EVENT)

.PHONY: start-api
start-api: ## Serve the HTTP API by sam local, in a container, against the local stack
	@$(MAKE) --no-print-directory argylectl
	@$(ARGYLECTL) sam-local check
	@$(MAKE) --no-print-directory build ARCH=$(MACHINE_ARCH)
	@exec $(ARGYLECTL) sam-local start-api --sam $(SAM)

.PHONY: sam-local sam-local-tests
sam-local: ## Test every function and sample event by `sam local`, in containers (about two minutes)
	@go run ./infra/samlocal/withengine $(MAKE) --no-print-directory sam-local-tests

sam-local-tests: argylectl
	@$(MAKE) --no-print-directory build ARCH=$(MACHINE_ARCH)
	@go run ./infra/local/setup
	go test -count=1 -timeout 15m -v -tags samlocal -run '^(TestInvoke|TestStartAPI)$$' ./infra/compiled

# What runs a program for arm64 on this machine, if it needs anything.
EMULATOR := $(if $(filter arm64,$(MACHINE_ARCH)),,qemu-aarch64-static)

.PHONY: emulate
emulate: ## Test the binaries for arm64 on the local stack, by qemu where the machine is another
	@for tool in $(EMULATOR); do command -v $$tool >/dev/null || \
	  { echo "make: $$tool is missing: install it (on Debian and Ubuntu: apt install qemu-user-static)" >&2; exit 1; }; done
	@$(MAKE) --no-print-directory build ARCH=arm64
	@go run ./infra/local/setup
	go test -count=1 -timeout 10m -tags emulated -run '^TestArm64$$' ./infra/compiled

# ------------------------------------------------------------------------------------------------------------------- tools

# SAM CLI and cfn-lint, in a virtual environment of their own.
.venv/.made: infra/requirements.txt infra/requirements-lock.txt
	@command -v python3 >/dev/null || { echo "make: python3 is missing: install Python 3.9 or later (SAM CLI needs it)" >&2; exit 1; }
	@echo "make: fetching SAM CLI and cfn-lint into .venv (infra/requirements.txt), once"
	@mkdir -p .build
	@{ python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check -r infra/requirements.txt -c infra/requirements-lock.txt; } \
	  >.build/venv.log 2>&1 || { cat .build/venv.log; echo "make: cannot set up .venv (on Debian and Ubuntu: apt install python3-venv)"; exit 1; } >&2
	@touch $@

# A tool of Go's, built into .build/tools once: $(call install,package,remark).
define install
	@echo "make: building $(notdir $(@D)), once$(2)"
	@mkdir -p $(@D)
	@GOBIN=$(abspath $(@D)) go install $(1) >$(@D)/log 2>&1 || { cat $(@D)/log >&2; exit 1; }
endef

$(GOLANGCI_LINT):
	$(call install,github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION), (about two minutes))

$(GOVULNCHECK):
	$(call install,golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION))

$(GITLEAKS):
	$(call install,github.com/zricethezav/gitleaks/v8@$(GITLEAKS_VERSION))

$(ACTIONLINT):
	$(call install,github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION))

# checkov wants another boto3 than SAM CLI, hence an environment of its own.
$(CHECKOV): infra/requirements-checkov-lock.txt
	@echo "make: fetching checkov $(CHECKOV_VERSION), once"
	@rm -rf $(dir $(@D)) && mkdir -p .build/tools
	@{ python3 -m venv $(dir $(@D)) && $(@D)/pip install --quiet --disable-pip-version-check checkov==$(CHECKOV_VERSION) -c infra/requirements-checkov-lock.txt; } \
	  >.build/checkov-install.log 2>&1 || { cat .build/checkov-install.log >&2; exit 1; }
	@touch $@

.PHONY: clean
clean: ## Remove everything that make made or fetched
	@rm -rf .bin .build .venv .aws-sam
