/** Why a name server's reply is no answer, or that there was none. */
export type Trouble =
  | 'SERVFAIL'
  | 'REFUSED'
  | 'NOTIMP'
  | 'FORMERR'
  | 'a malformed answer'
  | 'a refused connection'
  | 'no usable answer'
  | 'no answer'

/** What came of asking: an answer, or the troubles of the servers in the order in which they had them. */
export type Finding<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'troubles'; readonly troubles: readonly Trouble[] }

/** What one server says. */
export type Reply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }

/** How long a server that says nothing holds up the next one, and all of them together the next round. */
export const nextServerMs = 400
export const nextRoundMs = 1_000

/** A question may be lost on its way. */
const minQuestions = 4
const minRounds = 2

/** A forwarder often has this trouble for a moment only, so such a server is asked once more, behind all others. */
const passing: Trouble = 'SERVFAIL'
export const secondTryMs = 250

/**
 * One question, put to one name server after the other: to the next one at once where one has trouble, and after a while
 * where it says nothing. A server that was asked may still answer; the first answer counts. A server that had trouble is not
 * asked again, save once after a SERVFAIL.
 */
export class Inquiry<Answer> {
  readonly #ask: (server: number) => Promise<Reply<Answer>>
  readonly #lastServer: number
  readonly #waiting: number[]
  readonly #troubles = new Map<number, Trouble>()
  /** Servers that had a passing trouble, and are asked once more. */
  readonly #again = new Set<number>()
  readonly #result = Promise.withResolvers<Finding<Answer>>()
  #running = 0
  #nextStart: NodeJS.Timeout | undefined
  #isOver = false

  /** Begins at once. */
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

  /** Ends it where time has run out. */
  stop(): void {
    this.#end({ kind: 'troubles', troubles: [...this.#troubles.values(), 'no answer'] })
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
      this.#end({ kind: 'troubles', troubles: [...this.#troubles.values()] })
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

  #end(finding: Finding<Answer>): void {
    this.#isOver = true
    clearTimeout(this.#nextStart)
    this.#result.resolve(finding)
  }
}
