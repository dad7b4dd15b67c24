# The only entry point. A target is a script in e2e/scripts; those can be called directly too.
.DEFAULT_GOAL := help
.PHONY: help up down test test-operators run check generate images backing backing-stop bench bench-operator chaos clean
scripts := e2e/scripts

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## from nothing to a shop on kind at http://shop.localhost:8080
	@$(scripts)/up

down: ## delete the cluster, the containers and their data; caches stay
	@$(scripts)/down

run: ## the shop on this machine without Kubernetes, until Ctrl-C (PORT=8090 beside a cluster)
	@PORT=$(PORT) $(scripts)/run

test: ## all checks and tests, the stories on kind included; what CI runs
	@$(scripts)/test

test-operators: ## stacks on CloudNativePG, RabbitMQ's operator and cert-manager, which it installs into the running cluster and removes
	@$(scripts)/test-operators

check: ## formatting and lints, the quick part of `make test`
	@$(scripts)/check

generate: ## write the CRD and the rendered install, which are committed
	@$(scripts)/generate

images: ## build the images of the shop and of the operator (PROFILE=release to ship them)
	@$(scripts)/images ours

backing: ## start Postgres and RabbitMQ for `cargo test`: `. .run/tests.env` tells it where they are
	@$(scripts)/backing start tests

backing-stop: ## stop them
	@$(scripts)/backing stop tests

bench: ## what the running cluster can do and what a checkout costs; BENCH='--checkouts 50' is one run of `shop load`
	@$(scripts)/bench $(BENCH)

bench-operator: ## what the operator costs with 1, 100 and 1,000 stacks on a real API server (BENCH_STACKS=100 for that alone)
	@$(scripts)/bench-operator

chaos: ## 2,000 checkouts while parts of the running shop are killed and cut off (SEED=, CHECKOUTS=, RATE=)
	@$(scripts)/chaos

clean: down ## `make down`, and delete everything compiled
	cargo clean
