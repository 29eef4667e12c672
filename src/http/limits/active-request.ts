import type { HeldResources, Pause, PauseEnd } from '../../execution/held-resources.ts'
import { estimateBody, estimateGrowth, estimateRequest, estimateStructure } from '../body/memory-estimate.ts'
import { PausedExecution, type SlotQueue } from './paused-execution.ts'
import type { Pauses } from './pauses.ts'
import type { LimitName, RequestOwner, Shortage } from './reached-limit.ts'
import type { Holder, Shares } from './shares.ts'
import type { ClientUsage, TenantUsage } from './usage.ts'

/** What all active requests share. */
export interface Surroundings {
  readonly shares: Shares
  readonly pauses: Pauses
  /** Where executions wait after their pause. `noteFreeSlot` must be called when a slot may be free. */
  readonly queue: SlotQueue & { noteFreeSlot(): void }
  /** Whether new pauses are refused. */
  isStopping(): boolean
  /** Called when a limit refuses a part of a request. */
  onReached(limit: LimitName, request: ActiveRequest): void
}

/**
 * Responses may exceed the memory limit of requests by this factor, so that executions under way can end normally.
 */
const slackForResponses = 1.5

/** A constant reason: without one each abort creates an exception with a stack, which costs processor time. */
const cancelled = 'cancelled'

/** A request under way, from its head to the end of its reply or, if its client has gone, of its work. */
export class ActiveRequest implements Holder, HeldResources {
  readonly id: string
  readonly client: ClientUsage
  readonly #controller = new AbortController()
  isAwaited = true
  isBeingDone = false
  readonly #surroundings: Surroundings
  #tenant: TenantUsage | null = null
  #tenantName: string | null = null
  #hasSlot = false
  #bodyBytes: number
  /** Reserved memory, without that for responses. */
  #bytes = 0
  #receivedBytes = 0
  #isCut = false
  #hasEnded = false
  #shortage: Shortage | null = null
  #paused: PausedExecution | null = null

  /** `bodyBytes` comes from Content-Length. 0 without one. */
  constructor(id: string, client: ClientUsage, bodyBytes: number, surroundings: Surroundings) {
    this.id = id
    this.client = client
    this.#bodyBytes = bodyBytes
    this.#surroundings = surroundings
  }

  /** Aborted when the client has gone or the service stops: nothing more may begin. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Null until the body has been read. */
  get tenant(): TenantUsage | null {
    return this.#tenant
  }

  get owner(): RequestOwner {
    return { client: this.client.name, tenant: this.#tenantName }
  }

  /** Takes a slot, and memory for the body. Returns a shortage if either is not available. */
  begin(): Shortage | null {
    const { shares } = this.#surroundings
    const bytes = estimateRequest(this.#bodyBytes)
    const shortage =
      shares.findShortage('active', this, { more: 1 }) ?? shares.findShortage('bytes', this, { more: bytes })
    if (shortage !== null) return shortage
    this.#takeSlot()
    this.#hold(bytes)
    return null
  }

  /** Reserves memory for a piece of a body of unknown length. */
  holdPiece(bytes: number): Shortage | null {
    this.#bodyBytes += bytes
    return this.#tryToHold(estimateBody(bytes))
  }

  /** Reserves memory for the parsed body. */
  holdParsed(json: Uint8Array): Shortage | null {
    return this.#tryToHold(estimateStructure(json))
  }

  /** Counts the request for its tenant as well, unless the tenant has used up its share. */
  join(name: string | null): Shortage | null {
    const { shares } = this.#surroundings
    const { client } = this
    this.#tenantName = name
    if (this.#hasEnded) return null
    client.see(name, performance.now())
    const tenant = client.tenant(name)
    const shortage = shares.assign(client, tenant, { active: Number(this.#hasSlot), bytes: this.#bytes })
    if (shortage === null) this.#tenant = tenant
    return shortage
  }

  /** The shortage that `holdRendered` found. */
  get shortage(): Shortage | null {
    return this.#shortage
  }

  holdRendered(bodyBytes: number): boolean {
    this.#shortage = this.#tryToHold(estimateGrowth(bodyBytes, this.#bodyBytes))
    return this.#shortage === null
  }

  holdReceived(bytes: number): boolean {
    if (this.#isCut || this.#hasEnded) return false
    const { shares, onReached } = this.#surroundings
    const wanted = { more: bytes, own: this.#bytes + this.#receivedBytes, slack: slackForResponses }
    this.#isCut = shares.findShortage('bytes', this, wanted) !== null
    if (this.#isCut) onReached('response', this)
    else this.#receive(bytes)
    return !this.#isCut
  }

  dropReceived(): void {
    this.#receive(-this.#receivedBytes)
    this.#isCut = false
  }

  async pause(pause: Pause): Promise<PauseEnd> {
    const { pauses, queue, isStopping, onReached } = this.#surroundings
    if (isStopping() || this.signal.aborted) return 'stopped'
    if (!pauses.begin(this, pause.host)) {
      onReached('paused', this)
      return 'too_many'
    }
    this.#leaveSlot()
    this.#paused = new PausedExecution(this, pause, queue, () => this.#takeSlot())
    const end = await this.#paused.ended
    this.#paused = null
    pauses.end(this, pause.host)
    return end
  }

  /** Ends the pause, if there is one. */
  endPause(): void {
    this.#paused?.end('stopped')
  }

  /** Aborts the signal. */
  cancel(): void {
    this.#controller.abort(cancelled)
    this.endPause()
  }

  /** Releases slot and memory. From now on the request takes none. */
  end(): void {
    this.#hasEnded = true
    this.#leaveSlot()
    this.#surroundings.shares.add(this, 'bytes', -(this.#receivedBytes + this.#bytes))
    this.#receivedBytes = 0
    this.#bytes = 0
  }

  #takeSlot(): void {
    this.#hasSlot = true
    this.#surroundings.shares.add(this, 'active', 1)
  }

  #leaveSlot(): void {
    if (!this.#hasSlot) return
    this.#hasSlot = false
    this.#surroundings.shares.add(this, 'active', -1)
    this.#surroundings.queue.noteFreeSlot()
  }

  #tryToHold(bytes: number): Shortage | null {
    if (bytes === 0 || this.#hasEnded) return null
    const wanted = { more: bytes, own: this.#bytes + this.#receivedBytes }
    const shortage = this.#surroundings.shares.findShortage('bytes', this, wanted)
    if (shortage === null) this.#hold(bytes)
    return shortage
  }

  #hold(bytes: number): void {
    this.#bytes += bytes
    this.#surroundings.shares.add(this, 'bytes', bytes)
  }

  #receive(bytes: number): void {
    this.#receivedBytes += bytes
    this.#surroundings.shares.add(this, 'bytes', bytes)
  }
}
