import type { Registry } from '@prometheus-io/client'
import { measure } from './durations.ts'

const intervalMs = 50

/**
 * Measures how late a timer fires, which is the delay of all other work. Returns a function that stops it. Node's
 * monitor gives only percentiles and resets them on each read. A histogram serves any number of readers.
 */
export function measureEventLoop(registry: Registry): () => void {
  const [lag] = measure(registry, {
    name: 'webhook_node_event_loop_lag_seconds',
    help: 'Delay of a timer, measured twenty times a second.',
    series: [{}],
  })
  let due = performance.now() + intervalMs
  const timer = setInterval(() => {
    const now = performance.now()
    lag?.observe(Math.max(0, now - due) / 1000)
    due = now + intervalMs
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
