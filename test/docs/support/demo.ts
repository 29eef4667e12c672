import { onTestFinished } from 'vitest'
import { receiverHost, receiverPort, startReceiver } from '../../../demo/receiver.ts'
import type { MinuteStatistics } from '../../../src/contract/statistics.ts'
import { authority, dnsServer } from '../../support/servers.ts'
import { service } from '../../support/service.ts'
import { codeBlocks, section } from './markdown.ts'
import { read } from './pages.ts'

/** A service whose receiver is like that of the demo, on another port: texts speak of that of the demo. */
export async function serviceOfTheDemo() {
  const credentials = await authority.issue({ names: [receiverHost], addresses: [] })
  const receiver = await startReceiver(credentials, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => receiver.close())
  const dns = await dnsServer({ [receiverHost]: { a: ['127.0.0.1'] } })
  const shown = `${receiverHost}:${receiverPort}`
  const actual = `${receiverHost}:${receiver.port}`
  const { execute, request } = await service({
    allow: actual,
    dns: dns.address,
    settings: { INSTANCE: 'webhook-node-1' },
  })
  return {
    request,
    async execute(body: string) {
      const reply = await execute(JSON.parse(body.replaceAll(shown, actual)))
      return JSON.stringify(reply).replaceAll(actual, shown)
    },
  }
}

/** The call of the README. */
export function curlOfReadme(): string {
  return codeBlocks(section(read('README.md'), 'One call'), '')[0] ?? ''
}

/** The body of that call. */
export function curlBody(): string {
  return / -d '(.*)'/s.exec(curlOfReadme())?.[1] ?? ''
}

/** The JSON with everything replaced that is different each time. */
export function steady(json: string): string {
  const replaced = JSON.parse(json, (name, value: unknown) => {
    if (name === 'executionId' || isTime(value)) return '…'
    if (/Ms$|^p\d\d$/.test(name) && typeof value === 'number') return 0
    if (name === 'perMinute' && Array.isArray(value)) return summed(value)
    return Array.isArray(value) && value[0] === 'Date' ? ['Date', '…'] : value
  })
  return JSON.stringify(replaced, null, 2)
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
}

/** A minute may end between two calls, and quiet ones are not shown. */
function summed(minutes: readonly MinuteStatistics[]): readonly number[] {
  const sum = (name: 'passedThrough' | 'failed') => minutes.reduce((total, minute) => total + minute[name], 0)
  return [sum('passedThrough'), sum('failed')]
}
