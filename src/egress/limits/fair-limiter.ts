type Begin = () => void

/**
 * Bounds how many tasks run at once. The others wait: keys in round robin, so that many tasks of one key delay those
 * of another key by one at a time. Tasks of one key run in order of arrival.
 */
export class FairLimiter {
  /** Waiting tasks by key, the key whose turn is next first. */
  readonly #queues = new Map<string, Set<Begin>>()
  #free: number

  constructor(maxConcurrent: number) {
    this.#free = maxConcurrent
  }

  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((begin) => this.#enqueue(key, begin))
    else this.#free -= 1
    try {
      return await task()
    } finally {
      this.#handOver()
    }
  }

  #enqueue(key: string, begin: Begin): void {
    const queue = this.#queues.get(key)
    if (queue === undefined) this.#queues.set(key, new Set([begin]))
    else queue.add(begin)
  }

  /** The next task begins directly, so that no later one can overtake it. */
  #handOver(): void {
    const [next] = this.#queues
    if (next === undefined) {
      this.#free += 1
      return
    }
    const [key, queue] = next
    const [begin] = queue
    this.#queues.delete(key)
    if (begin === undefined) return
    queue.delete(begin)
    if (queue.size > 0) this.#queues.set(key, queue)
    begin()
  }
}
