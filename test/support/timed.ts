import { setTimeout as delay } from 'node:timers/promises'

/**
 * Does something that takes `expectedMs`, and tells by how much it ended later than a timer for as long, which began with it;
 * negative where it ended earlier. A busy machine delays both.
 */
export async function timed<Result>(
  expectedMs: number,
  doing: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly lateMs: number }> {
  const began = performance.now()
  const timer = delay(expectedMs).then(() => performance.now())
  const result = await doing()
  const ended = performance.now()
  return { result, lateMs: ended < began + expectedMs ? ended - began - expectedMs : ended - (await timer) }
}
