#!/bin/sh
# A flow of two nodes: creates a lead, and greets it under the id that the CRM gave.
#
#   flow.sh INSTANCE
#
# INSTANCE names this run of the flow.
set -eu
cd "$(dirname "$0")"
instance=$1
payload=$(mktemp)
trap 'rm -f "$payload"' EXIT

reply=$(./call-node.sh lead.json payload.json "$instance-lead")
# No echo: that of some shells changes the backslashes of JSON.
case $(printf %s "$reply" | jq --raw-output .branch) in
  yes) ;;
  exit) echo 'the profile leaves the flow'; exit 0 ;;
  *) printf 'no lead: %s\n' "$(printf %s "$reply" | jq --raw-output .reason.message)"; exit 0 ;;
esac

# What the first node captured is in `vars` of the next.
printf %s "$reply" | jq --slurpfile payload payload.json '$payload[0] + { vars: .captured }' >"$payload"
reply=$(./call-node.sh welcome.json "$payload" "$instance-welcome")
echo "greeted: $(printf %s "$reply" | jq --raw-output .branch)"
