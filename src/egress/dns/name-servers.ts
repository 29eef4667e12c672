import { promises as dns } from 'node:dns'

/** More of them no lookup asks. The C library stops at three. */
export const maxServers = 4

/**
 * The name servers of one lookup, in their order, each behind a channel of its own: c-ares takes SERVFAIL for an answer
 * and asks no other server then, and where it asks again it does not listen for the first answer any longer.
 */
export class NameServers {
  readonly #patienceMs: number
  readonly #addresses: readonly string[]
  readonly #channels: (dns.Resolver | undefined)[]

  /** `address:port`; none for the system's. */
  constructor(configured: readonly string[], patienceMs: number) {
    this.#patienceMs = patienceMs
    const system = configured.length === 0 ? this.#open() : undefined
    // c-ares tells no zone of a link-local address, so the first server of the system is asked as it was found.
    this.#channels = [system]
    this.#addresses = (system?.getServers() ?? configured).slice(0, maxServers)
  }

  get count(): number {
    return this.#addresses.length
  }

  /** What asks the server at this place, once for each question. */
  channel(at: number): dns.Resolver {
    this.#channels[at] ??= this.#open(this.#addresses[at])
    return this.#channels[at]
  }

  cancel(): void {
    for (const channel of this.#channels) channel?.cancel()
  }

  #open(address?: string): dns.Resolver {
    const channel = new dns.Resolver({ timeout: this.#patienceMs, tries: 1 })
    if (address !== undefined) channel.setServers([address])
    return channel
  }
}
