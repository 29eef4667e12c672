import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What the service tells an engine of the end of a durable execution. */
export interface Callback {
  readonly executionId: string
  readonly token: string
  readonly branch: string
  readonly captured: Record<string, unknown>
}

const toleranceSeconds = 300

/**
 * The callback of a request, or null where its signature (Standard Webhooks) is not that of `secret`, `whsec_…`. `body` is
 * what came, byte for byte: JSON that was parsed and written again has another signature.
 */
export function readCallback(headers: IncomingHttpHeaders, body: Buffer, secret: string): Callback | null {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  // Written so that a time that is no number fails.
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= toleranceSeconds)) return null
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
  // More than one while a key is changed.
  const isSigned = String(signatures)
    .split(' ')
    .map((signature) => Buffer.from(signature.replace(/^v1,/, ''), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
  return isSigned ? JSON.parse(body.toString()) : null
}
