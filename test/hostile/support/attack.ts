import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { HostileClient, type HostileReply, type HostileRequest } from './hostile-client.ts'
import type { Death, HostileService } from './hostile-service.ts'
import { type Probed, startStallProbe } from './stall-probe.ts'

/**
 * No client waits longer for a reply of the service because of what another one sends. It is 250 ms, which `npm run bench:stalls`
 * measures where nothing else runs. A machine that is slow or busy gets the double: what is to be found here takes seconds.
 */
export const maxStallMs = Number(process.env.STALL_MS ?? 500)

/** A reply never has more bytes, whatever was asked. */
const maxReplyBytes = 2 * 1_048_576

/** After such a stall the service is given up. */
const hopelessMs = 2_000

/** What became of the service while it was attacked. */
export interface Aftermath {
  /** How the process ended; null where it lives. */
  readonly death: Death | null
  /** What `/livez` saw; null where the process is dead. */
  readonly probed: Probed | null
  /** Whether it was stopped for so long that it was given up. */
  readonly isHopeless: boolean
  readonly replies: readonly HostileReply[]
}

/** Sends something, and whatever else a test does to the service. */
export type Attacker = (send: (request: HostileRequest) => Promise<HostileReply>) => Promise<unknown>

/** Attacks the service while its health is probed. A service that is stopped for long is killed, since no test can use it. */
export async function attack(service: HostileService, attacker: Attacker): Promise<Aftermath> {
  const { pid, port, barePort, url } = service
  const client = new HostileClient()
  const replies: HostileReply[] = []
  const send = async (request: HostileRequest) => {
    const reply = await client.send(url, request)
    // An attacker that goes on when there is nothing left to attack would leave no time for anything else.
    if (reply.failure !== null) await sleep(10)
    replies.push(reply)
    return reply
  }
  const probe = await startStallProbe({ pid, port, barePort, hopelessMs })
  const death = service.death.then((how) => ({ kind: 'dead', how }) as const)
  const hopeless = probe.hopeless.then((stall) => ({ kind: 'hopeless', stall }) as const)
  const done = attacker(send)
    .then(() => probe.end())
    .then((probed) => ({ kind: 'done', probed }) as const)
  done.catch(() => {}) // where the service is given up first, what the attacker misses is of no interest
  try {
    const ended = await Promise.race([death, hopeless, done])
    // A process that dies breaks all connections first.
    // What is broken off below is no reply of the service, and is not listed.
    if (service.isDead || ended.kind === 'dead')
      return { death: await service.death, probed: null, isHopeless: false, replies: [...replies] }
    if (ended.kind === 'done')
      return { death: null, probed: ended.probed, isHopeless: false, replies: [...replies] }
    await service.kill()
    return {
      death: null,
      probed: { longest: ended.stall, probes: 0, refused: 0 },
      isHopeless: true,
      replies: [],
    }
  } finally {
    await Promise.all([probe.abandon(), client.close()])
  }
}

/** One request of the service, or several at once. */
export function sending(...requests: readonly HostileRequest[]): Attacker {
  return (send) => Promise.all(requests.map(send))
}

/** Statuses of a service that does its job, however busy it is. */
const soundStatuses = new Set([200, 400, 401, 413, 415, 422, 429, 503])

/** Holds what became of the service against what is promised, whatever was sent. */
export function expectUnharmed(aftermath: Aftermath, stallMs = maxStallMs): void {
  const harm = assessHarm(aftermath, stallMs)
  expect(harm, harm.join('; ')).toEqual([])
}

/** What was done to the service or to others, in words. */
export function assessHarm(
  { death, probed, isHopeless, replies }: Aftermath,
  stallMs = maxStallMs,
): readonly string[] {
  return [
    ...(death === null ? [] : [`the process died of ${death.signal ?? death.code}: ${describeDeath(death)}`]),
    ...(probed === null ? [] : describeStall(probed, stallMs)),
    ...(isHopeless ? ['the service was given up'] : []),
    ...new Set(replies.filter(isOdd).map(describeReply)),
  ]
}

function describeDeath({ lastWords }: Death): string {
  return /FATAL ERROR: .*/.exec(lastWords)?.[0] ?? lastWords.slice(-300)
}

function describeStall({ longest: { ownMs, wallMs }, refused }: Probed, stallMs: number): readonly string[] {
  return [
    ...(ownMs <= stallMs
      ? []
      : [`nothing was answered for ${Math.round(ownMs)} of ${Math.round(wallMs)} ms`]),
    ...(refused === 0 ? [] : [`/livez was not 200 for ${refused} times`]),
  ]
}

function isOdd({ status, bytes }: HostileReply): boolean {
  return !soundStatuses.has(status) || bytes > maxReplyBytes
}

function describeReply({ status, code, bytes, failure }: HostileReply): string {
  return failure === null ? `a reply is ${status} ${code} of ${bytes} bytes` : `no reply came: ${failure}`
}

/** The codes of the replies, each once. */
export function listCodes({ replies }: Aftermath): readonly (string | null)[] {
  return [...new Set(replies.map(({ code }) => code))]
}
