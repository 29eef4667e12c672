import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Stall } from './stall.ts'

/** What is probed. */
export interface ProbeOptions {
  readonly pid: number
  /** Where the service listens. */
  readonly port: number
  /** Where a bare server listens, in a process of its own. */
  readonly barePort: number
  /** A stall that has lasted that long is told while it lasts. */
  readonly hopelessMs: number
}

/** What the thread tells. */
export type ProbeMessage =
  | { readonly kind: 'began' }
  | { readonly kind: 'hopeless'; readonly stall: Stall }
  | { readonly kind: 'ended'; readonly longest: Stall; readonly probes: number; readonly refused: number }

/** What was seen from the start of the probing to its end. */
export interface Probed {
  /** The stall for which the service is most to blame. */
  readonly longest: Stall
  /** Answers. */
  readonly probes: number
  /** Answers other than 200. */
  readonly refused: number
}

/** Asks for `/livez` every 5 ms, from a thread. */
export interface StallProbe {
  /** Resolves while a stall lasts that is so long that nothing better will come. */
  readonly hopeless: Promise<Stall>
  /** Ends the probing, after the last question was answered. */
  end(): Promise<Probed>
  /** Ends the probing of a process that is dead. */
  abandon(): Promise<void>
}

export async function startStallProbe(options: ProbeOptions): Promise<StallProbe> {
  const worker = new Worker(new URL('./stall-probe-worker.ts', import.meta.url), { workerData: options })
  const { promise: hopeless, resolve } = Promise.withResolvers<Stall>()
  const { promise: probed, resolve: finish } = Promise.withResolvers<Probed>()
  worker.on('message', (message: ProbeMessage) => {
    if (message.kind === 'hopeless') resolve(message.stall)
    if (message.kind === 'ended') finish(message)
  })
  await once(worker, 'message')
  return {
    hopeless,
    end() {
      worker.postMessage('end')
      return probed
    },
    abandon: async () => void (await worker.terminate()),
  }
}
