import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { ReceivedRequest } from '../../support/receiver.ts'
import { headerPairs } from './received-headers.ts'

/** The only header of that name. */
export function headerOf(request: ReceivedRequest | undefined, name: string): string {
  const found =
    request === undefined
      ? []
      : headerPairs(request).filter(([own]) => own.toLowerCase() === name.toLowerCase())
  const [[, value] = ['', ''], ...more] = found
  if (found.length === 0 || more.length > 0)
    throw new Error(`the request has ${found.length} headers ${name}`)
  return value
}

/** Throws unless the signature of Standard Webhooks is right. It reads bodies as UTF-8. */
export function verifyStandard(request: ReceivedRequest | undefined, secret: string): void {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
  const headers = Object.fromEntries(names.map((name) => [name, headerOf(request, name)]))
  new Webhook(secret).verify(request?.body ?? '', headers, { jsonParse: false })
}

/** The signature of any bytes, as the standard describes it. */
export function signStandard(request: ReceivedRequest | undefined, key: Buffer): string {
  const start = `${headerOf(request, 'webhook-id')}.${headerOf(request, 'webhook-timestamp')}.`
  return `v1,${createHmac('sha256', key)
    .update(start)
    .update(request?.body ?? '')
    .digest('base64')}`
}
