import { StoreError } from '../store/store-error.ts'
import type { StoreLimits } from '../store/store-limits.ts'
import { type FileIdentity, isInPlace } from './file-identity.ts'
import { commitGroup } from './group-commit.ts'
import { type DatabaseFile, type OpenDatabase, openDatabase } from './open-database.ts'
import type { Order, OrderResult } from './operations.ts'
import { recover } from './recover.ts'
import { type Dues, Session } from './session.ts'

export interface WorkerInput {
  readonly file: DatabaseFile
  readonly limits: StoreLimits
  /** When the process opened the store; null if the thread is a new one of the same process, whose leases hold. */
  readonly recoversAt: number | null
  /** The database that the process opened before; null if this is the first time. */
  readonly known: FileIdentity | null
}

/** An order, or the wish to end when all before it has been done. */
export type ToWorker = Order | 'close'

export type FromWorker =
  | { readonly kind: 'opened'; readonly dues: Dues; readonly database: FileIdentity }
  /** The file has been deleted or replaced: nothing that is asked for is done any more. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly code: StoreError['code']; readonly message: string }
  | { readonly kind: 'done'; readonly results: readonly OrderResult[]; readonly dues: Dues }

/** What arrives in this time is one commit. */
const groupMs = 2

/** How often the file is looked for while nothing is asked for. */
const lookMs = 1_000

/** Why nothing is done. */
const lostFile = 'the file of the store was deleted or replaced'

/** Opens the database and returns what takes orders, or null if it is refused. The first message says which. */
export function serve(
  input: WorkerInput,
  send: (message: FromWorker) => void,
): ((message: ToWorker) => void) | null {
  const open = openOrRefuse(input, send)
  if (open === null) return null
  const session = new Session(open, input.limits)
  if (input.recoversAt !== null) recoverAll(session, input.recoversAt)
  const { database } = open.files
  send({ kind: 'opened', dues: session.takeDues(input.recoversAt ?? 0), database })
  return takeOrders(session, open, send)
}

function openOrRefuse(
  { file, known }: WorkerInput,
  send: (message: FromWorker) => void,
): OpenDatabase | null {
  if (known !== null && !isInPlace(known)) {
    send({ kind: 'lost' })
    send({ kind: 'refused', code: 'store_unreadable', message: lostFile })
    return null
  }
  try {
    return openDatabase(file)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    send({ kind: 'refused', code: error.code, message: error.message })
    return null
  }
}

function recoverAll(session: Session, now: number): void {
  session.sql('BEGIN IMMEDIATE').run()
  recover(session, now)
  session.setWakes()
  session.sql('COMMIT').run()
}

function takeOrders(session: Session, open: OpenDatabase, send: (message: FromWorker) => void) {
  let waiting: Order[] = []
  let timer: NodeJS.Timeout | undefined
  let isLost = false

  /** For good: what was written meanwhile is not in the file that may be there later. */
  const isThere = () => {
    if (!isLost && !(isInPlace(open.files.database) && isInPlace(open.files.log))) {
      isLost = true
      send({ kind: 'lost' })
    }
    return !isLost
  }
  const look = setInterval(isThere, lookMs).unref()

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const orders = waiting
    waiting = []
    if (orders.length === 0) return
    const results = isThere() ? commitGroup(session, orders) : []
    // What was committed to a file that is gone by now is not stored.
    if (!isThere()) return send({ kind: 'done', results: orders.map(deny), dues: noDues })
    // What becomes due between the first and the last of them was not due for the first, which may be the claim.
    const earliest = orders.reduce((first, { now }) => Math.min(first, now), Number.POSITIVE_INFINITY)
    send({ kind: 'done', results, dues: session.takeDues(earliest) })
  }

  return (message: ToWorker): void => {
    if (message === 'close') {
      flush()
      clearInterval(look)
      open.close()
      return
    }
    waiting.push(message)
    timer ??= setTimeout(flush, groupMs)
  }
}

const noDues: Dues = { isDue: false, wakesAt: null }

function deny({ id }: Order): OrderResult {
  return { id, outcome: 'unavailable', reason: lostFile }
}
