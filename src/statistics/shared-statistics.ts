import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { CountedNode, NodeTotals } from '../contract/statistics.ts'
import type { Unavailable } from '../durability/store/execution-store.ts'
import type { CountsOfOthers, StatisticsStore } from '../durability/store/statistics-store.ts'
import { historyFormat, NodeHistory } from './node-history.ts'
import { listTenants, maxHistories, type Selection, type Statistics } from './statistics.ts'

export interface SharedStatisticsOptions {
  readonly own: Statistics
  /** Null: no other instance can be asked. */
  readonly store: StatisticsStore | null
  readonly onError: (error: unknown) => void
  /** How often it is saved what has changed. 5 seconds, if not given. */
  readonly saveMs?: number
}

/** Over how many instances something was counted. `isShared`: those that share a store, as far as they have saved it. */
export interface Counted<Result> {
  readonly instances: number
  readonly isShared: boolean
  readonly result: Result
}

const defaultSaveMs = 5_000

/** Histories that are saved in one transaction, and in a row. The others have their turn after the next pause. */
const savedTogether = 20
const savedInRow = 200

/** A reply waits no longer for the store. */
const answerMs = 2_000

/** How long the store is not asked that did not answer. */
const troubledMs = 5_000

interface Others {
  readonly instances: number
  readonly histories: readonly NodeHistory[]
}

/**
 * The statistics of all instances that share a store. Each saves its own every few seconds, as a whole: so what could not be
 * saved is lost only with the process. While the store cannot be read, there are the own ones.
 */
export class SharedStatistics {
  readonly #own: Statistics
  readonly #store: StatisticsStore | null
  readonly #onError: (error: unknown) => void
  readonly #saveMs: number
  readonly #instance = randomUUID()
  /** What the store has: the histories, as they were after so many executions. */
  readonly #saved = new Map<string, { readonly history: NodeHistory; readonly passedThrough: number }>()
  readonly #ending = new AbortController()
  #saving: Promise<void> = Promise.resolve()
  #troubledUntil = 0

  constructor({ own, store, onError, saveMs = defaultSaveMs }: SharedStatisticsOptions) {
    this.#own = own
    this.#store = store
    this.#onError = onError
    this.#saveMs = saveMs
  }

  /** Saves from now on. */
  start(): void {
    if (this.#store !== null) this.#saving = this.#saveAgainAndAgain(this.#store)
  }

  /** Saves the rest. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#saving
    if (this.#store !== null && !this.#isTroubled()) await this.#save(this.#store, maxHistories)
  }

  async list(selection: Selection): Promise<Counted<NodeTotals[]>> {
    const tenants = selection === null ? null : listTenants(selection)
    const others = await this.#ask((store) =>
      store.list(this.#instance, historyFormat, tenants, maxHistories),
    )
    return describe(others, this.#own.list(selection, others?.histories))
  }

  /** The result is null if the node was not executed, or its history was dropped. */
  async of(nodeId: string, selection: Selection): Promise<Counted<CountedNode | null>> {
    const tenants = listTenants(selection)
    const others = await this.#ask((store) => store.find(this.#instance, historyFormat, nodeId, tenants))
    return describe(others, this.#own.of(nodeId, selection, Date.now(), others?.histories))
  }

  async #ask(
    read: (
      store: StatisticsStore,
    ) => Promise<CountsOfOthers<{ readonly summary: string; readonly details?: string }> | Unavailable>,
  ): Promise<Others | null> {
    if (this.#store === null || this.#isTroubled()) return null
    const answered = new AbortController()
    const late = wait(answerMs, 'unavailable' as const, { signal: answered.signal }).catch(
      () => 'unavailable' as const,
    )
    const answer = await Promise.race([read(this.#store), late]).finally(() => answered.abort())
    if (answer === 'unavailable') {
      this.#troubledUntil = performance.now() + troubledMs
      return null
    }
    const histories = answer.counts.map(({ summary, details = null }) => NodeHistory.read(summary, details))
    return { instances: answer.instances, histories }
  }

  #isTroubled(): boolean {
    return performance.now() < this.#troubledUntil
  }

  async #saveAgainAndAgain(store: StatisticsStore): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      await this.#save(store, savedInRow)
      await wait(this.#saveMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  async #save(store: StatisticsStore, limit: number): Promise<void> {
    const histories = this.#own.histories()
    const changed = [...histories]
      .filter(([key, history]) => !this.#isSaved(key, history))
      .slice(0, limit)
      .map(([key, history]) => ({ key, history }))
    const forgotten = [...this.#saved].filter(([key]) => !histories.has(key))
    try {
      // Also without a change: others see that this instance counts.
      let index = 0
      do {
        const part = changed.slice(index, index + savedTogether)
        if (!(await this.#savePart(store, part, index === 0 ? forgotten : []))) return
        index += savedTogether
      } while (index < changed.length)
      this.#troubledUntil = 0
    } catch (error) {
      this.#onError(error)
    }
  }

  async #savePart(
    store: StatisticsStore,
    part: readonly { readonly key: string; readonly history: NodeHistory }[],
    forgotten: readonly [string, { readonly history: NodeHistory }][],
  ): Promise<boolean> {
    const counts = part.map(({ history }) => {
      const { nodeId, tenant, lastAt } = history
      return { nodeId, tenant, lastAt, ...history.write() }
    })
    const saved = part.map(({ key, history }) => ({ key, history, passedThrough: history.passedThrough }))
    const answer = await store.save(
      this.#instance,
      historyFormat,
      counts,
      forgotten.map(([, { history }]) => history),
    )
    if (answer === 'unavailable') {
      this.#troubledUntil = performance.now() + troubledMs
      return false
    }
    if (answer === 'anew') this.#saved.clear()
    for (const [key] of forgotten) this.#saved.delete(key)
    for (const { key, ...state } of saved) this.#saved.set(key, state)
    return true
  }

  #isSaved(key: string, history: NodeHistory): boolean {
    const saved = this.#saved.get(key)
    return saved?.history === history && saved.passedThrough === history.passedThrough
  }
}

function describe<Result>(others: Others | null, result: Result): Counted<Result> {
  return { instances: 1 + (others?.instances ?? 0), isShared: others !== null, result }
}
