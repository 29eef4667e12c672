import type { Lane } from '../store/execution-store.ts'

/** How many executions of the store are under way, in total and at each host. */
export class Rooms {
  readonly #atMost: number
  readonly #perHost: number
  readonly #hosts = new Map<string, number>()
  #taken = 0

  constructor({ atMost, perHost }: { readonly atMost: number; readonly perHost: number }) {
    this.#atMost = atMost
    this.#perHost = perHost
  }

  get taken(): number {
    return this.#taken
  }

  get free(): number {
    return this.#atMost - this.#taken
  }

  /** How many more each lane may have, for one claim: lanes of the same host share its room, those asked first have the most. */
  offer(): (lane: Lane) => number {
    const offered = new Map<string, number>()
    return (lane) => {
      const host = writeHost(lane)
      const left = this.#perHost - (this.#hosts.get(host) ?? 0) - (offered.get(host) ?? 0)
      const room = Math.max(0, Math.ceil(left / 2))
      offered.set(host, (offered.get(host) ?? 0) + room)
      return room
    }
  }

  take(lane: Lane): void {
    const host = writeHost(lane)
    this.#taken += 1
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1)
  }

  give(lane: Lane): void {
    const host = writeHost(lane)
    const left = (this.#hosts.get(host) ?? 1) - 1
    this.#taken -= 1
    if (left === 0) this.#hosts.delete(host)
    else this.#hosts.set(host, left)
  }
}

function writeHost({ host, port }: Lane): string {
  return `${host}:${port}`
}
