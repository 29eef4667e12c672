import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { outbound, testEgressClient } from '../support/egress-client.ts'
import { json, never } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'

describe('the keep-alive of TCP', () => {
  it.each([
    ['while it takes its time to answer', never],
    ['while the connection is kept for the next call', json(200, {})],
  ])('asks after 60 s without a byte whether a target is still there, %s', async (_when, answer) => {
    const target = await receiver(answer)
    const call = testEgressClient().call(outbound(target.port), { timeoutMs: 2_000, tenant: null })
    await vi.waitUntil(() => target.received.length === 1)
    if (answer !== never) await call

    // What was sent a moment ago may still be acknowledged, with a timer of its own.
    const timer = await vi.waitUntil(() => timersTo(target.port).find(({ kind }) => kind === keepAliveTimer))

    expect(timer.seconds).toBeGreaterThan(50)
    expect(timer.seconds).toBeLessThanOrEqual(60)
    await call
  })
})

/** Timers of established connections that lead to a port: proc_net_tcp, `timer_active` and `tm->when`. */
function timersTo(port: number) {
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)
  return rows.flatMap((row) => {
    const [, , remote = '', state, , timer = ''] = row.trim().split(/\s+/)
    if (Number.parseInt(remote.split(':')[1] ?? '', 16) !== port || state !== established) return []
    const [kind = '', when = ''] = timer.split(':')
    return [{ kind, seconds: Number.parseInt(when, 16) / ticksPerSecond }]
  })
}

const established = '01'
const keepAliveTimer = '02'
/** USER_HZ, the same on all common machines. */
const ticksPerSecond = 100
