#!/bin/sh
# A CGI program (RFC 3875) for the callbacks of durable-flow.sh: checks the signature, and goes on with the flow.
#
# CALLBACK_SECRET is the secret of the entry `engine` in CALLBACKS_FILE of the service. STATE is the folder of what waits.
set -u
umask 077
cd "$(dirname "$0")" || exit
state=${STATE:-state}
body=$(mktemp) || exit
trap 'rm -f "$body"' EXIT
head -c "${CONTENT_LENGTH:-0}" >"$body"

answer() {
  printf 'Status: %s\r\n\r\n' "$1"
  exit 0
}

key=$(printf %s "${CALLBACK_SECRET#whsec_}" | base64 -d | od -A n -v -t x1 | tr -d ' \n')
[ -n "$key" ] && [ ${#key} -le 128 ] || answer '500 Internal Server Error'

# The key, filled up to 64 bytes, XOR a byte.
pad() {
  rest=$(printf %s%0$((128 - ${#key}))d "$key" 0 | cut -c 1-128)
  while [ -n "$rest" ]; do
    next=${rest#??}
    # shellcheck disable=SC2059 # The format is the byte.
    printf "\\$(printf %03o $((0x${rest%"$next"} ^ $1)))"
    rest=$next
  done
}

# Standard Webhooks. HMAC (RFC 2104) is written out: the arguments of openssl can be read by other users of the machine.
timestamp=${HTTP_WEBHOOK_TIMESTAMP:-}
case $timestamp in '' | 0* | *[!0-9]* | ???????????*) answer '401 Unauthorized' ;; esac
age=$(($(date +%s) - timestamp))
[ $age -le 300 ] && [ $age -ge -300 ] || answer '401 Unauthorized'
expected=$({
  pad 0x5c
  { pad 0x36; printf '%s.%s.' "${HTTP_WEBHOOK_ID:-}" "$timestamp"; cat "$body"; } | openssl dgst -sha256 -binary
} | openssl dgst -sha256 -binary | base64)
# More than one while a key is changed.
case " ${HTTP_WEBHOOK_SIGNATURE:-} " in *" v1,$expected "*) ;; *) answer '401 Unauthorized' ;; esac

token=$(jq --raw-output .token "$body")
case $token in '' | .* | *[!A-Za-z0-9._-]*) answer '400 Bad Request' ;; esac
# The same callback may come twice. Any 2xx ends it, so the second one is welcome, too.
mv "$state/$token.waiting" "$state/$token.payload" 2>/dev/null || answer '204 No Content'

branch=$(jq --raw-output .branch "$body")
echo "$branch" >"$state/$token.branch"
[ "$branch" = yes ] || answer '204 No Content'
jq --slurpfile payload "$state/$token.payload" '$payload[0] + { vars: .captured }' "$body" >"$state/$token.next"
# The service waits for no more than the answer.
./call-node.sh welcome.json "$state/$token.next" "$token-welcome" >"$state/$token.reply" 2>&1 </dev/null &
answer '204 No Content'
