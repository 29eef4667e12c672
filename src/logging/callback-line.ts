import type { CallbackTry } from '../durability/dispatch/callbacks.ts'
import type { Log } from './logger.ts'

/** One line for each try of a callback. */
export function logCallback(log: Log, { outcome, ...tried }: CallbackTry): void {
  if (outcome === 'delivered') log.info(tried, 'callback delivered')
  else if (outcome === 'failed') log.error(tried, 'a callback could not be delivered')
  else if (tried.cause === 'no_entry')
    log.warn(
      tried,
      'a callback was not sent, because CALLBACKS_FILE has no entry of its name any more; it is tried again',
    )
  else log.warn(tried, 'a callback was not delivered; it is tried again')
}
