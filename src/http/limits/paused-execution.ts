import type { Pause, PauseEnd } from '../../execution/held-resources.ts'
import type { Resumable } from './resume-queue.ts'
import type { Holder } from './shares.ts'
import type { ClientUsage, TenantUsage } from './usage.ts'

/** Where an execution waits for a slot after its pause. */
export interface SlotQueue {
  add(waiting: Resumable): void
  remove(waiting: Resumable): void
}

/** An execution in a pause, and then in the queue for a slot. It ends once. */
export class PausedExecution implements Resumable {
  readonly client: ClientUsage
  readonly tenant: TenantUsage | null
  readonly #queue: SlotQueue
  readonly #takeSlot: () => void
  readonly #end = Promise.withResolvers<PauseEnd>()
  #timer: NodeJS.Timeout

  constructor({ client, tenant }: Holder, { ms, withinMs }: Pause, queue: SlotQueue, takeSlot: () => void) {
    this.client = client
    this.tenant = tenant
    this.#queue = queue
    this.#takeSlot = takeSlot
    this.#timer = setTimeout(() => this.#wait(withinMs - ms), ms)
  }

  get ended(): Promise<PauseEnd> {
    return this.#end.promise
  }

  resume(): void {
    this.#takeSlot()
    this.end('over')
  }

  end(how: PauseEnd): void {
    clearTimeout(this.#timer)
    this.#queue.remove(this)
    this.#end.resolve(how)
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.end('no_slot'), ms)
    this.#queue.add(this)
  }
}
