import { promises as dns } from 'node:dns'

/** Most name servers that a lookup asks. glibc stops at three. */
export const maxServers = 4

/**
 * The name servers of one lookup, in order. Each has its own channel: c-ares takes SERVFAIL for an answer and asks no
 * other server, and when it repeats a question it ignores the answer to the first.
 */
export class NameServers {
  readonly #patienceMs: number
  readonly #addresses: readonly string[]
  readonly #channels: (dns.Resolver | undefined)[]

  /** `address:port`. Empty: the name servers of the system. */
  constructor(configured: readonly string[], patienceMs: number) {
    this.#patienceMs = patienceMs
    const system = configured.length === 0 ? this.#open() : undefined
    // c-ares does not return the zone of a link-local address. So the first server of the system is asked through the
    // channel that c-ares configured itself.
    this.#channels = [system]
    this.#addresses = (system?.getServers() ?? configured).slice(0, maxServers)
  }

  get count(): number {
    return this.#addresses.length
  }

  /** The channel of one server. It sends each question once. */
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
