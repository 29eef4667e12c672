import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { Prober } from './prober.ts'
import { type Interval, machineMs, type Stall } from './stall.ts'
import type { ProbeMessage, ProbeOptions } from './stall-probe.ts'

/**
 * Probes a service, and beside it a bare server, from a thread of its own. What keeps the thread of the tests busy does not
 * keep this one from looking.
 */
const { pid, port, barePort, hopelessMs } = workerData as ProbeOptions
const everyMs = 5

/** A bare server that took less was not kept waiting. */
const unremarkableMs = 10

const began = performance.now()
const service = new Prober(port)
const bare = new Prober(barePort)
let bareWaits: Interval[] = []
let runQueueAtAsk = 0
let longest: Stall = { wallMs: 0, ownMs: 0, atMs: 0 }
let probes = 0
let isHopeless = false
let isEnding = false

service.onAnswer = (wait) => {
  probes += 1
  note(measureStall(wait))
  if (isEnding) end()
}
bare.onAnswer = (wait) => {
  if (wait.to - wait.from > unremarkableMs) bareWaits.push(wait)
}

const timer = setInterval(() => {
  if (bare.askedAt === null) bare.ask()
  else bare.insist()
  if (service.askedAt === null) ask()
  else lookAtWait(service.askedAt)
}, everyMs)

parentPort?.on('message', () => {
  isEnding = true
  if (service.askedAt === null) end()
})

function ask(): void {
  runQueueAtAsk = runQueueMs()
  bareWaits = bareWaits.filter(({ to }) => to > performance.now() - 1)
  service.ask()
}

/** Tells of a wait without end while it lasts: the test need not wait for it. */
function lookAtWait(askedAt: number): void {
  service.insist()
  const stall = measureStall({ from: askedAt, to: performance.now() })
  if (isHopeless || stall.ownMs < hopelessMs) return
  isHopeless = true
  note(stall)
  post({ kind: 'hopeless', stall })
  if (isEnding) end()
}

function note(stall: Stall): void {
  if (stall.ownMs > longest.ownMs) longest = stall
}

function measureStall(wait: Interval): Stall {
  const wallMs = wait.to - wait.from
  const open = bare.askedAt === null ? [] : [{ from: bare.askedAt, to: wait.to }]
  const ownMs = wallMs - machineMs(wait, runQueueMs() - runQueueAtAsk, [...bareWaits, ...open])
  return { wallMs, ownMs, atMs: wait.from - began }
}

/** How long the main thread of the service has been ready to run without a processor: proc(5), schedstat. */
function runQueueMs(): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
    return Number(waitedNs) / 1e6
  } catch {
    return 0 // the process has ended, or the kernel does not count
  }
}

function end(): void {
  clearInterval(timer)
  service.close()
  bare.close()
  post({ kind: 'ended', longest, probes, refused: service.refused })
  parentPort?.close()
}

function post(message: ProbeMessage): void {
  parentPort?.postMessage(message)
}

post({ kind: 'began' })
