import { parentPort, workerData } from 'node:worker_threads'
import { StoreError } from '../store/store-error.ts'
import { commitGroup } from './group-commit.ts'
import { type DatabaseFile, type OpenDatabase, openDatabase } from './open-database.ts'
import type { Order, OrderResult } from './operations.ts'
import { recover } from './recover.ts'
import { type Dues, Session, type StoreLimits } from './session.ts'

export interface WorkerInput {
  readonly file: DatabaseFile
  readonly limits: StoreLimits
  /** When the process opened the store; null if the thread is a new one of the same process, whose leases hold. */
  readonly recoversAt: number | null
}

/** An order, or the wish to end when all before it has been done. */
export type ToWorker = Order | 'close'

export type FromWorker =
  | { readonly kind: 'opened'; readonly dues: Dues }
  | { readonly kind: 'refused'; readonly code: StoreError['code']; readonly message: string }
  | { readonly kind: 'done'; readonly results: readonly OrderResult[]; readonly dues: Dues }

/** What arrives in this time is one commit. */
const groupMs = 2

const port = parentPort
if (port === null) throw new TypeError('worker.ts runs in a thread of its own')
const input: WorkerInput = workerData
const send = (message: FromWorker): void => port.postMessage(message)

const opened = openOrRefuse()
if (opened !== null) serve(opened)

function openOrRefuse(): OpenDatabase | null {
  try {
    return openDatabase(input.file)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    send({ kind: 'refused', code: error.code, message: error.message })
    return null
  }
}

function serve(open: OpenDatabase): void {
  const session = new Session(open, input.limits)
  if (input.recoversAt !== null) recoverAll(session, input.recoversAt)
  let waiting: Order[] = []
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const orders = waiting
    waiting = []
    const [first] = orders
    if (first === undefined) return
    const results = commitGroup(session, orders)
    const now = orders.reduce((latest, order) => Math.max(latest, order.now), first.now)
    send({ kind: 'done', results, dues: session.takeDues(now) })
  }

  port?.on('message', (message: ToWorker) => {
    if (message === 'close') {
      flush()
      open.close()
      port.close()
      return
    }
    waiting.push(message)
    timer ??= setTimeout(flush, groupMs)
  })
  send({ kind: 'opened', dues: session.takeDues(input.recoversAt ?? 0) })
}

function recoverAll(session: Session, now: number): void {
  session.sql('BEGIN IMMEDIATE').run()
  recover(session, now)
  session.setWakes()
  session.sql('COMMIT').run()
}
