import type { HeldResources, PauseEnd } from '../../execution/held-resources.ts'
import type { Usage } from './usage.ts'

/** The share of the memory beyond which executions that no client waits for get none. */
const share = 1 / 2

/** The memory of an execution that no client waits for. It takes none while those that clients wait for need it. */
export class BackgroundHolding implements HeldResources {
  readonly #total: Usage
  readonly #atMost: number
  #bytes = 0
  #receivedBytes = 0

  constructor(total: Usage, maxBytesInFlight: number) {
    this.#total = total
    this.#atMost = maxBytesInFlight * share
  }

  /** Such an execution goes on later in place of a pause. */
  async pause(): Promise<PauseEnd> {
    return 'stopped'
  }

  holdRendered(bodyBytes: number): boolean {
    if (!this.#hasRoom(bodyBytes)) return false
    this.#bytes += bodyBytes
    this.#total.bytes += bodyBytes
    return true
  }

  holdReceived(bytes: number): boolean {
    if (!this.#hasRoom(bytes)) return false
    this.#receivedBytes += bytes
    this.#total.bytes += bytes
    return true
  }

  dropReceived(): void {
    this.#total.bytes -= this.#receivedBytes
    this.#receivedBytes = 0
  }

  end(): void {
    this.dropReceived()
    this.#total.bytes -= this.#bytes
    this.#bytes = 0
  }

  /** One alone is always admitted. */
  #hasRoom(bytes: number): boolean {
    const { bytes: taken } = this.#total
    return taken <= this.#bytes + this.#receivedBytes || taken + bytes <= this.#atMost
  }
}
