#!/bin/sh
# A flow that waits for no target: hands the node over, and ends. resume.sh goes on when the service calls back.
#
#   durable-flow.sh INSTANCE
#
# INSTANCE names this run of the flow: A-Za-z0-9._-. STATE is the folder of what waits.
set -eu
cd "$(dirname "$0")"
instance=$1 state=${STATE:-state}
mkdir -p "$state"
headers=$(mktemp)
trap 'rm -f "$headers"' EXIT

# Before the submission: the callback may come before the reply.
cp payload.json "$state/$instance.waiting"

echo 'Content-Type: application/json' >"$headers"
[ -z "${WEBHOOK_NODE_KEY:-}" ] || echo "Authorization: Bearer $WEBHOOK_NODE_KEY" >>"$headers"

# After a failure run it again: with the same key nothing is executed twice.
jq --null-input --slurpfile node lead.json --slurpfile payload payload.json --arg instance "$instance" \
  '{ node: ($node[0] + { retry: { attempts: 50, initialDelayMs: 1000, maxDelayMs: 3600000 } }), payload: $payload[0],
     idempotencyKey: ($instance + "-lead"), correlationId: ($instance + "-lead"),
     callback: { to: "engine", token: $instance } }' |
  curl --silent --show-error --fail-with-body --max-time 10 --header "@$headers" --data-binary @- \
    "${WEBHOOK_NODE_URL:-http://127.0.0.1:3000}/v1/executions" |
  jq --raw-output '"\(.executionId // .code) \(.state // .detail)"'
