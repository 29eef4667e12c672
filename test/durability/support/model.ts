import { randomUUIDv7 } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ExecutionState, ExecutionStore, Lease } from '../../../src/durability/store/execution-store.ts'
import { answerOf, available, type StoreWorld } from './store-world.ts'
import { anyRoom, bytes, durable, ended, synchronous } from './submissions.ts'

/** What one execution has to be. */
interface Model {
  readonly id: string
  readonly key: number
  readonly content: number
  mode: 'durable' | 'synchronous'
  state: ExecutionState
  attempts: number
  dueAt: number
  /** Attempt that was begun, and by which lease. */
  begun: { attempt: number; by: Lease | null } | null
  lease: Lease | null
  cancelled: boolean
  mustEnd: boolean
  /** Executing it again would be of no use, or could do its work twice. */
  final: boolean
  redrives: number
}

type Command =
  | {
      readonly do: 'accept'
      key: number
      content: number
      synchronous: boolean
      begins: boolean
      delay: number
    }
  | { readonly do: 'claim' | 'crash' }
  | { readonly do: 'begin' | 'release' | 'again'; lease: number; delay: number }
  | { readonly do: 'end'; lease: number; success: boolean; repeat: 'safe' | 'if_idempotent' | 'never' }
  | { readonly do: 'cancel'; execution: number }
  | { readonly do: 'redrive'; force: boolean }
  | { readonly do: 'advance'; ms: number }

const nth = fc.nat(20)
const delay = fc.constantFrom(0, 0, 1_000)
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('accept' as const),
      key: fc.nat(3),
      // One of them may be repeated.
      content: fc.nat(1),
      synchronous: fc.boolean(),
      begins: fc.boolean(),
      delay,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('begin' as const, 'release', 'again'), lease: nth, delay }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      lease: nth,
      success: fc.boolean(),
      repeat: fc.constantFrom('safe' as const, 'if_idempotent', 'never'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), execution: nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redrive' as const), force: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 1_000) }) },
)

const contents = [
  { node: bytes('POST'), repeatable: false },
  { node: bytes('PUT'), repeatable: true },
]

/** Any order of operations leads to what a model of a few lines says. */
export function describeModel(make: () => Promise<StoreWorld>, numRuns: number): void {
  it('does what the model does, in any order of operations and deaths', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 40 }), async (commands) => {
        const run = new ModelRun(await make())
        await run.open()
        try {
          for (const one of commands) {
            await run.perform(one)
            await run.compare()
          }
        } finally {
          await run.close()
        }
      }),
      { numRuns },
    )
  })
}

class ModelRun {
  readonly #world: StoreWorld
  readonly #models: Model[] = []
  /** Those that have ended, too. */
  readonly #leases: Lease[] = []
  #store: ExecutionStore | null = null

  constructor(world: StoreWorld) {
    this.#world = world
  }

  get #open(): ExecutionStore {
    if (this.#store === null) throw new TypeError('not open')
    return this.#store
  }

  async open(): Promise<void> {
    this.#store = await this.#world.open()
  }

  async close(): Promise<void> {
    await this.#store?.close()
  }

  async perform(command: Command): Promise<void> {
    const store = this.#open
    switch (command.do) {
      case 'accept':
        return await this.#accept(command)
      case 'claim':
        return await this.#claim()
      case 'crash':
        await this.#world.kill(store)
        for (const model of this.#models) if (model.lease !== null) die(model)
        return await this.open()
      case 'begin':
        return await this.#withLease(command.lease, async (lease, model) => {
          const attempt = (model?.attempts ?? 0) + 1
          const isFenced = model === null || isInterrupted(model)
          expect(await store.begin(lease, attempt)).toBe(isFenced ? 'fenced' : 'written')
          if (!isFenced) model.begun = { attempt, by: lease }
        })
      case 'release':
        return await this.#withLease(command.lease, async (lease, model) => {
          const dueAt = this.#world.now() + command.delay
          await store.release([lease], dueAt)
          if (model === null) return
          if (!isInterrupted(model)) model.begun = null
          if (model.mode === 'synchronous') return endWithoutReply(model)
          model.dueAt = dueAt
          goOn(model)
        })
      case 'again':
        return await this.#withLease(command.lease, async (lease, model) => {
          if (model?.mode === 'synchronous') return
          const attempts = (model?.attempts ?? 0) + 1
          const dueAt = this.#world.now() + command.delay
          const isOver = model !== null && (model.cancelled || isInterrupted(model))
          const written = await store.settle(lease, {
            outcome: 'again',
            attempts,
            dueAt,
            progress: bytes('p'),
          })
          expect(written).toBe(model === null ? 'fenced' : isOver ? 'cancelled' : 'written')
          if (model !== null && !isOver)
            Object.assign(model, { state: 'waiting', attempts, dueAt, begun: null, lease: null })
        })
      case 'end':
        return await this.#withLease(command.lease, async (lease, model) => {
          const attempts = (model?.attempts ?? 0) + 1
          const state = command.success ? 'succeeded' : 'failed'
          const { repeat } = command
          const written = await store.settle(lease, ended({ state, repeat, attempts }))
          expect(written).toBe(model === null ? 'fenced' : 'written')
          if (model === null) return
          const mayNotRepeat = repeat === 'if_idempotent' && contents[model.content]?.repeatable === false
          const final = command.success || repeat === 'never' || mayNotRepeat
          Object.assign(model, { state, attempts, final, begun: null, lease: null })
        })
      case 'cancel':
        return await this.#cancel(this.#models[command.execution % Math.max(1, this.#models.length)])
      case 'redrive':
        return await this.#redrive(command.force)
      case 'advance':
        await this.#world.advance(command.ms)
    }
  }

  /** Everything that is stored is as the model says. */
  async compare(): Promise<void> {
    const store = this.#open
    await Promise.all(
      this.#models.map(async (model) => {
        const found = available(await store.find({ id: model.id }))
        expect(found).toMatchObject({
          mode: model.mode,
          state: model.state,
          attempts: model.attempts,
          redrives: model.redrives,
          cancelled: model.cancelled,
          dueAt: model.state === 'waiting' ? model.dueAt : null,
          begun: model.begun === null ? null : { attempt: model.begun.attempt },
        })
      }),
    )
    const durables = this.#models.filter(({ mode, state }) => mode === 'durable' && isOpen(state))
    const running = durables.filter(({ lease }) => lease !== null).length
    expect(available(await store.backlog())).toMatchObject({ waiting: durables.length - running, running })
  }

  async #accept({ key, content, begins, delay: ms, ...one }: Command & { do: 'accept' }): Promise<void> {
    const executionId = randomUUIDv7()
    const dueAt = this.#world.now() + ms
    const common = { executionId, key: `k${key}`, ...contents[content] }
    const answer = answerOf(
      await this.#open.accept([one.synchronous ? synchronous(common) : durable({ ...common, dueAt })]),
    )
    const known = this.#models.find((model) => model.key === key)
    const mode = one.synchronous ? 'synchronous' : 'durable'
    if (known !== undefined && known.content !== content)
      return expect(answer).toMatchObject({ outcome: 'key_reused', executionId: known.id, differs: ['node'] })
    if (known !== undefined && isOpen(known.state) && one.synchronous)
      return expect(answer).toMatchObject({ outcome: 'in_progress', executionId: known.id })
    if (known !== undefined && (isOpen(known.state) || known.final))
      return expect(answer).toMatchObject({ outcome: 'replayed', execution: { id: known.id } })
    const fresh = { id: executionId, key, content, attempts: 0, begun: null, redrives: 0 }
    const model: Model = Object.assign(known ?? { ...fresh }, {
      mode,
      state: one.synchronous ? 'running' : 'waiting',
      dueAt,
      lease: null,
      cancelled: false,
      mustEnd: false,
      final: false,
    } as const) as Model
    if (known === undefined) this.#models.push(model)
    const begun = model.begun === null ? null : { attempt: model.begun.attempt }
    expect(answer).toMatchObject({
      outcome: 'accepted',
      executionId: model.id,
      begun,
      attempts: model.attempts,
    })
    model.mustEnd = model.begun !== null
    if (answer.outcome !== 'accepted' || answer.lease === null) return
    model.lease = answer.lease
    this.#leases.push(answer.lease)
    if (!begins || model.begun !== null) return
    expect(await this.#open.begin(answer.lease, model.attempts + 1)).toBe('written')
    model.begun = { attempt: model.attempts + 1, by: answer.lease }
  }

  async #claim(): Promise<void> {
    const now = this.#world.now()
    const due = this.#models.filter(
      ({ mode, state, lease, dueAt, mustEnd }) =>
        mode === 'durable' && isOpen(state) && lease === null && (dueAt <= now || mustEnd),
    )
    const leased = available(await this.#open.claim(anyRoom, 100))
    expect(leased.map(({ execution }) => execution.id).sort()).toEqual(due.map(({ id }) => id).sort())
    for (const one of leased) {
      const model = due.find(({ id }) => id === one.execution.id)
      if (model === undefined || one.purpose !== 'execution') throw new TypeError('not due')
      expect(one.mustEnd).toBe(model.begun !== null ? 'interrupted' : model.cancelled ? 'withdrawn' : null)
      Object.assign(model, { state: 'running', lease: one.lease })
      this.#leases.push(one.lease)
    }
  }

  async #cancel(model: Model | undefined): Promise<void> {
    if (model === undefined) return
    const cancellation = available(await this.#open.cancel(model.id))
    if (!isOpen(model.state)) return expect(cancellation).toEqual({ outcome: 'ended' })
    if (model.mode === 'synchronous') return expect(cancellation).toEqual({ outcome: 'synchronous' })
    model.cancelled = true
    if (model.state === 'running') return expect(cancellation).toEqual({ outcome: 'running' })
    if (cancellation.outcome !== 'withdrawable') throw new TypeError(cancellation.outcome)
    Object.assign(model, { state: 'running', lease: cancellation.leased.lease })
    this.#leases.push(cancellation.leased.lease)
  }

  async #redrive(force: boolean): Promise<void> {
    const matched = this.#models.filter(({ mode, state }) => mode === 'durable' && state === 'failed')
    const redriven = matched.filter(({ final }) => force || !final)
    const options = {
      limit: 100,
      perSecond: Number.POSITIVE_INFINITY,
      expiresAt: null,
      dryRun: false,
      callsBack: false,
    }
    expect(await this.#open.redrive({}, { ...options, force })).toMatchObject({
      matched: matched.length,
      redriven: redriven.length,
    })
    for (const model of redriven)
      Object.assign(model, {
        state: 'waiting',
        dueAt: this.#world.now(),
        cancelled: false,
        mustEnd: false,
        final: false,
        redrives: model.redrives + 1,
      })
  }

  /** The lease may have ended: then no execution has it. */
  async #withLease(index: number, use: (lease: Lease, model: Model | null) => Promise<void>): Promise<void> {
    const lease = this.#leases[index % Math.max(1, this.#leases.length)]
    if (lease === undefined) return
    await use(lease, this.#models.find((model) => model.lease === lease) ?? null)
  }
}

function isOpen(state: ExecutionState): boolean {
  return state === 'waiting' || state === 'running'
}

/** Begun by a holder that is gone. */
function isInterrupted({ begun, lease }: Model): boolean {
  return begun !== null && begun.by !== lease
}

/** The process has died that had the lease. */
function die(model: Model): void {
  if (contents[model.content]?.repeatable) {
    model.attempts += 1
    model.begun = null
  }
  if (model.mode === 'synchronous') endWithoutReply(model)
  else goOn(model)
}

function goOn(model: Model): void {
  model.lease = null
  model.mustEnd ||= model.cancelled || model.begun !== null
  if (model.begun === null) model.state = 'waiting'
}

function endWithoutReply(model: Model): void {
  const attempts = Math.max(model.attempts, model.begun?.attempt ?? 0)
  Object.assign(model, { state: 'failed', attempts, final: false, lease: null })
}
