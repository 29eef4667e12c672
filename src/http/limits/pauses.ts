import type { Holder, Shares } from './shares.ts'

/** The share of all pauses that one client, tenant or host may have: several can fail at the same time. */
const share = 1 / 4

/** Counts executions in a pause. They run no call, so they have their own limits. */
export class Pauses {
  readonly #shares: Shares
  readonly #atMost: number
  /** Pauses by host and port. A host without any is left out. */
  readonly #hosts = new Map<string, number>()

  constructor(shares: Shares, atMost: number) {
    this.#shares = shares
    this.#atMost = atMost
  }

  /** Counts a pause. Returns false if there are too many already. */
  begin(holder: Holder, host: string): boolean {
    const paused = this.#hosts.get(host) ?? 0
    if (!this.#hasRoom(holder, paused)) return false
    this.#shares.add(holder, 'paused', 1)
    this.#hosts.set(host, paused + 1)
    return true
  }

  end(holder: Holder, host: string): void {
    this.#shares.add(holder, 'paused', -1)
    const paused = this.#hosts.get(host) ?? 0
    if (paused > 1) this.#hosts.set(host, paused - 1)
    else this.#hosts.delete(host)
  }

  #hasRoom({ client, tenant }: Holder, ofHost: number): boolean {
    const each = Math.ceil(this.#atMost * share)
    // Without keys one client stands for all, so it has no share.
    const ofClient = client.name === null ? 0 : client.paused
    return this.#shares.total.paused < this.#atMost && Math.max(ofClient, tenant?.paused ?? 0, ofHost) < each
  }
}
