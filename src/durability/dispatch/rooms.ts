import type { Lane } from '../store/execution-store.ts'

interface Host {
  running: number
  /** Failures since one ended well, each for some time. */
  readonly failures: Set<object>
}

/**
 * How many executions of the store are under way, in total and at each host. Failures at a host have places there, too, for some
 * time, or until one ends well; but of them it has twice as many, so that a host that fails at times loses nothing.
 */
export class Rooms {
  readonly #atMost: number
  readonly #perHost: number
  readonly #hosts = new Map<string, Host>()
  #running = 0

  constructor({ atMost, perHost }: { readonly atMost: number; readonly perHost: number }) {
    this.#atMost = atMost
    this.#perHost = perHost
  }

  get running(): number {
    return this.#running
  }

  get free(): number {
    return this.#atMost - this.#running
  }

  /** How many more each lane may have, for one claim: lanes of the same host share its room, those asked first have the most. */
  offer(): (lane: Lane) => number {
    const offered = new Map<string, number>()
    return (lane) => {
      const name = writeHost(lane)
      const { running, failures } = this.#hosts.get(name) ?? idle
      const most = Math.min(this.#perHost, 2 * this.#perHost - failures.size)
      const left = most - running - (offered.get(name) ?? 0)
      const room = Math.max(0, Math.ceil(left / 2))
      offered.set(name, (offered.get(name) ?? 0) + room)
      return room
    }
  }

  take(lane: Lane): void {
    this.#running += 1
    this.#find(lane).running += 1
  }

  /** One has ended that says nothing of its host. */
  give(lane: Lane): void {
    this.#running -= 1
    this.#find(lane).running -= 1
    this.#forget(lane)
  }

  /** One has ended well. */
  giveAll(lane: Lane): void {
    this.#find(lane).failures.clear()
    this.give(lane)
  }

  /** One has failed. It has a place until what is returned is called. */
  hold(lane: Lane): () => void {
    const { failures } = this.#find(lane)
    const failure = {}
    failures.add(failure)
    this.give(lane)
    return () => {
      failures.delete(failure)
      this.#forget(lane)
    }
  }

  #find(lane: Lane): Host {
    const name = writeHost(lane)
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const host = { running: 0, failures: new Set<object>() }
    this.#hosts.set(name, host)
    return host
  }

  #forget(lane: Lane): void {
    const name = writeHost(lane)
    const host = this.#hosts.get(name)
    if (host?.running === 0 && host.failures.size === 0) this.#hosts.delete(name)
  }
}

const idle: Host = { running: 0, failures: new Set() }

function writeHost({ host, port }: Lane): string {
  return `${host}:${port}`
}
