import { write, writeSync } from 'node:fs'
import type { StandardStream } from './standard-stream.ts'

export interface LogWriterOptions {
  readonly stream: StandardStream
  /** Composes the log line that reports lost lines. */
  readonly describeLoss: (lines: number) => string
  /** Called when lines begin to be lost, with the system error code: EAGAIN if the reader is too slow. */
  readonly onLoss: (code: string) => void
  readonly maxWaitingBytes?: number
}

/** Most bytes that wait to be written: about 2,000 lines. */
const maxWaitingBytes = 1_048_576

/** How long lines are collected: under load many lines share one system call. */
const batchMs = 10

/** Delays between tries while the reader takes nothing. They grow. */
const retryMs = { first: 5, last: 100 }

/** Delay before the next try after an error, such as a full disk. */
const retryAfterErrorMs = 1_000

/** At the end of the process a write that takes longer counts as hanging. */
const hangsAfterMs = 200

const nothing = Buffer.alloc(0)
const lineBreak = 0x0a

/**
 * Writes lines without blocking the process: one write at a time, in a thread of libuv. Lines that cannot be written
 * are counted and dropped. No line is written in part.
 */
export class LogWriter {
  readonly #options: LogWriterOptions
  readonly #maxWaitingBytes: number
  #waiting = ''
  #waitingBytes = 0
  /** Whether lines after the waiting ones were dropped. */
  #isFull = false
  /** The bytes being written. */
  #chunk = nothing
  #isWithinLine = false
  /** The number of lost lines that the chunk reports. Null if the chunk contains ordinary lines. */
  #told: number | null = null
  #linesLost = 0
  /** Lost lines that are not yet reported in the log. */
  #untold = 0
  #writingSince: number | null = null
  #timer: NodeJS.Timeout | null = null
  #retryMs = retryMs.first
  #awaitingEnd: (() => void)[] = []

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#maxWaitingBytes = options.maxWaitingBytes ?? maxWaitingBytes
  }

  /** Lines dropped since the start. */
  get linesLost(): number {
    return this.#linesLost
  }

  /** Whether a thread hangs in a write: then the process cannot end normally. */
  get isHanging(): boolean {
    return this.#writingSince !== null && performance.now() - this.#writingSince > hangsAfterMs
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line)
    if (this.#chunk.length + this.#waitingBytes + bytes > this.#maxWaitingBytes) {
      this.#isFull = true
      this.#lose(1, 'EAGAIN')
      return
    }
    this.#waiting += line
    this.#waitingBytes += bytes
    this.#continueIn(batchMs)
  }

  /** Resolves when all lines are written, when writing fails, or when the time is over. */
  async drain(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const alarm = setTimeout(resolve, withinMs)
    this.#awaitingEnd.push(resolve)
    this.#continue()
    await promise
    clearTimeout(alarm)
  }

  /** Writes as much as possible without waiting, when the process is about to end. */
  flushSync(): void {
    const { fd, mayHang } = this.#options.stream
    if (mayHang || this.#writingSince !== null) return
    try {
      while (this.#takeChunk()) this.#advance(writeSync(fd, this.#chunk))
    } catch {
      // If the process does not end after all, the timer tries again.
    }
  }

  #continueIn(ms: number): void {
    this.#timer ??= setTimeout(() => this.#continue(), ms).unref()
  }

  #continue(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#writingSince !== null) return
    if (this.#takeChunk()) this.#writeChunk()
    else this.#end()
  }

  #writeChunk(): void {
    this.#writingSince = performance.now()
    write(this.#options.stream.fd, this.#chunk, (error, written) => {
      this.#writingSince = null
      if (error === null) this.#goOn(written)
      else this.#bear(error)
    })
  }

  /** Prepares the next chunk. Returns false if there is nothing to write. */
  #takeChunk(): boolean {
    if (this.#chunk.length > 0) return true
    if (this.#untold > 0 && !this.#isFull) {
      this.#told = this.#untold
      this.#chunk = Buffer.from(this.#options.describeLoss(this.#told))
    } else {
      this.#chunk = Buffer.from(this.#waiting)
      this.#clearWaiting()
    }
    return this.#chunk.length > 0
  }

  #goOn(written: number): void {
    this.#retryMs = retryMs.first
    this.#advance(written)
    if (this.#chunk.length > 0 || this.#awaitingEnd.length > 0) this.#continue()
    else if (this.#waitingBytes > 0 || this.#untold > 0) this.#continueIn(batchMs)
  }

  #advance(written: number): void {
    if (written > 0) this.#isWithinLine = this.#chunk[written - 1] !== lineBreak
    this.#chunk = this.#chunk.subarray(written)
    if (this.#chunk.length > 0) return
    this.#untold -= this.#told ?? 0
    this.#told = null
  }

  #bear(error: NodeJS.ErrnoException): void {
    const code = error.code ?? error.name
    if (code === 'EAGAIN') {
      this.#continueIn(this.#retryMs)
      this.#retryMs = Math.min(2 * this.#retryMs, retryMs.last)
    } else {
      this.#drop(code)
      this.#continueIn(retryAfterErrorMs)
      this.#end()
    }
  }

  /** Drops all lines except the rest of one that is partly written. */
  #drop(code: string): void {
    const rest = this.#isWithinLine ? this.#chunk.subarray(0, this.#chunk.indexOf(lineBreak) + 1) : nothing
    const dropped = this.#told === null ? countLines(this.#chunk.subarray(rest.length)) : 0
    if (rest.length === 0) this.#told = null
    this.#chunk = rest
    const waited = countLines(Buffer.from(this.#waiting))
    this.#clearWaiting()
    this.#lose(dropped + waited, code)
  }

  #lose(lines: number, code: string): void {
    if (lines > 0 && this.#untold === 0) this.#options.onLoss(code)
    this.#linesLost += lines
    this.#untold += lines
  }

  #clearWaiting(): void {
    this.#waiting = ''
    this.#waitingBytes = 0
    this.#isFull = false
  }

  #end(): void {
    for (const resolve of this.#awaitingEnd.splice(0)) resolve()
  }
}

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(lineBreak); at !== -1; at = bytes.indexOf(lineBreak, at + 1)) lines += 1
  return lines
}
