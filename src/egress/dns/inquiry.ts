/** Why a name server gave no answer. The words appear in the detail of a failure. */
export type Trouble =
  | 'SERVFAIL'
  | 'REFUSED'
  | 'NOTIMP'
  | 'FORMERR'
  | 'a malformed answer'
  | 'a refused connection'
  | 'no usable answer'
  | 'no answer'

/** The result of an inquiry: an answer, or the trouble of each server, in the order of the servers. */
export type Finding<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'troubles'; readonly troubles: readonly Trouble[] }

/** The reply of one server. */
export type Reply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }

/**
 * How long to wait for a silent server before the next one is asked, and for the last one before the next round. Two
 * rounds of four servers begin within 3.4 s, and a lookup may take 5 s.
 */
export const nextServerMs = 400
export const nextRoundMs = 1_000

/** A UDP packet may be lost, so even a single server is asked several times. */
const minQuestions = 4
const minRounds = 2

/** A forwarder often has this trouble only for a moment, so such a server is asked once more, after all others. */
const passing: Trouble = 'SERVFAIL'
export const secondTryMs = 250

/**
 * Asks one name server after the other: the next one at once when a server has trouble, after a delay when it is
 * silent. The first answer counts, also a late one. A server that had trouble is not asked again, except once after a
 * SERVFAIL.
 */
export class Inquiry<Answer> {
  readonly #ask: (server: number) => Promise<Reply<Answer>>
  readonly #lastServer: number
  readonly #waiting: number[]
  readonly #troubles = new Map<number, Trouble>()
  /** Servers with a passing trouble, to be asked once more. */
  readonly #again = new Set<number>()
  readonly #result = Promise.withResolvers<Finding<Answer>>()
  #running = 0
  #nextStart: NodeJS.Timeout | undefined
  #isOver = false

  constructor(servers: number, ask: (server: number) => Promise<Reply<Answer>>) {
    this.#ask = ask
    this.#lastServer = servers - 1
    const questions = Math.max(minQuestions, minRounds * servers)
    this.#waiting = Array.from({ length: questions }, (_, question) => question % servers)
    this.#askNext()
  }

  get finding(): Promise<Finding<Answer>> {
    return this.#result.promise
  }

  /** Ends the inquiry because time has run out. */
  stop(): void {
    this.#endInTroubles()
  }

  #askNext(): void {
    clearTimeout(this.#nextStart)
    const server = this.#takeNext()
    if (server !== undefined) this.#begin(server)
    else if (this.#running === 0) this.#askAgainOrEnd()
  }

  #begin(server: number): void {
    this.#askOne(server).catch(this.#result.reject)
    const delayMs = server === this.#lastServer ? nextRoundMs : nextServerMs
    if (this.#waiting.length > 0) this.#nextStart = setTimeout(() => this.#askNext(), delayMs)
  }

  #takeNext(): number | undefined {
    let server = this.#waiting.shift()
    while (server !== undefined && this.#troubles.has(server)) server = this.#waiting.shift()
    return server
  }

  #askAgainOrEnd(): void {
    if (this.#again.size === 0) {
      this.#endInTroubles()
      return
    }
    this.#nextStart = setTimeout(() => {
      const servers = [...this.#again]
      this.#again.clear()
      for (const server of servers) this.#askOne(server, { isLast: true }).catch(this.#result.reject)
    }, secondTryMs)
  }

  async #askOne(server: number, { isLast } = { isLast: false }): Promise<void> {
    this.#running += 1
    const reply = await this.#ask(server)
    this.#running -= 1
    if (this.#isOver) return
    if (reply.kind === 'answer') {
      this.#end(reply)
      return
    }
    this.#troubles.set(server, reply.trouble)
    if (reply.trouble === passing && !isLast) this.#again.add(server)
    this.#askNext()
  }

  #endInTroubles(): void {
    const servers = Array.from({ length: this.#lastServer + 1 }, (_, server) => server)
    this.#end({
      kind: 'troubles',
      troubles: servers.map((server) => this.#troubles.get(server) ?? 'no answer'),
    })
  }

  #end(finding: Finding<Answer>): void {
    this.#isOver = true
    clearTimeout(this.#nextStart)
    this.#result.resolve(finding)
  }
}
