import type { Ended } from './execution-store.ts'

/** Whether a key is remembered with this end: executing it again would be of no use, or could do its work twice. */
export function isFinal({ state, repeat }: Pick<Ended, 'state' | 'repeat'>, repeatable: boolean): boolean {
  return state === 'succeeded' || repeat === 'never' || (repeat === 'if_idempotent' && !repeatable)
}
