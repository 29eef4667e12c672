#!/bin/sh
# Executes a Webhook node and prints the reply, whose "branch" is the output to follow. Needs curl 7.84 and jq.
#
#   call-node.sh NODE PAYLOAD KEY
#
# NODE and PAYLOAD are files with JSON. KEY names this execution: repeat it only to repeat the same execution.
# WEBHOOK_NODE_URL, WEBHOOK_NODE_KEY and DEADLINE_MS may stand in the environment.
#
# Ends with 0 for a reply, and else with a status of sysexits.h:
#   65 the request is wrong, 69 it is open whether the target was called, 70 a bug of the service,
#   75 try again later with the same KEY, 77 the API key is wrong.
set -u
node=$1 payload=$2 key=$3
deadline_ms=${DEADLINE_MS:-15000}

files=$(mktemp -d) || exit 69
trap 'rm -rf "$files"' EXIT

jq --null-input --slurpfile node "$node" --slurpfile payload "$payload" \
  --arg key "$key" --argjson deadline "$deadline_ms" \
  '{ node: $node[0], payload: $payload[0], idempotencyKey: $key, correlationId: $key,
     deadlineMs: $deadline, diagnostics: "brief" }' >"$files/request" || exit 65

# In files: a command line can be read by other users of the machine.
echo 'Content-Type: application/json' >"$files/headers"
[ -z "${WEBHOOK_NODE_KEY:-}" ] || echo "Authorization: Bearer $WEBHOOK_NODE_KEY" >>"$files/headers"

attempt=0
while [ $((attempt += 1)) -le 5 ]; do
  # Two seconds more than the service may take. No --retry: it would also repeat what may have reached the target.
  answer=$(curl --silent --show-error --max-time $((deadline_ms / 1000 + 2)) \
    --header "@$files/headers" --data-binary "@$files/request" --output "$files/reply" \
    --write-out '%{http_code} %header{retry-after}' \
    "${WEBHOOK_NODE_URL:-http://127.0.0.1:3000}/v1/execute")
  case $? in
    0) ;;
    5 | 6 | 7) sleep 1; continue ;; # no connection came about
    *) exit 69 ;;
  esac
  status=${answer%% *} pause=${answer#* }
  # What answered may be a proxy. The service says "branch" or "code".
  jq --exit-status '.branch // .code' "$files/reply" >"$files/said" 2>&1 || exit 69
  case $status in
    200) cat "$files/reply"; exit 0 ;;
    401 | 403) cat "$files/reply" >&2; exit 77 ;;
    500) cat "$files/reply" >&2; exit 70 ;;
  esac
  [ "$(jq --raw-output .repeat "$files/reply")" = safe ] || { cat "$files/reply" >&2; exit 65; }
  sleep "${pause:-1}"
done
exit 75
