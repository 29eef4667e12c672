import type { Rate, Reservation } from '../store/execution-store.ts'
import { readBigint } from './database.ts'
import type { Session } from './session.ts'

/** Tokens of a bucket: the generic cell rate algorithm, in one row. All instances wait for it in turn. */
export async function reserve(
  { database }: Session,
  bucket: string,
  { perSecond, burst }: Rate,
  wanted: number,
): Promise<Reservation> {
  const intervalMs = 1_000 / perSecond
  // How many tokens there are, where the bucket will be full at this time.
  const grant = (fullAt: string) =>
    `least($4::float8, greatest(0, floor($3::float8 - (greatest(${fullAt}, store_now()) - store_now()) / $2::float8 + 1e-9)))`
  const [row] = await database.rows(
    `INSERT INTO buckets AS b (name, full_at, granted)
     VALUES ($1, store_now() + ${grant('0')} * $2::float8, ${grant('0')})
     ON CONFLICT (name) DO UPDATE SET granted = ${grant('b.full_at')},
       full_at = greatest(b.full_at, store_now()) + ${grant('b.full_at')} * $2::float8
     RETURNING granted, full_at, store_now() AS now`,
    [bucket, intervalMs, burst, wanted],
  )
  const now = readBigint(row?.now)
  return {
    granted: Number(row?.granted),
    moreAt: Math.max(now, Math.ceil(Number(row?.full_at) + (1 - burst) * intervalMs)),
  }
}
