import type { Registry } from '@prometheus-io/client'
import { measure } from './series.ts'

const intervalMs = 50

/**
 * Measures how late a timer fires, which is how long everything else had to wait, and returns what ends it. Node's
 * own monitor gives percentiles only, which start anew with every reader; a histogram serves any number of them.
 */
export function measureEventLoop(registry: Registry): () => void {
  const lag = measure(registry, {
    name: 'webhook_node_event_loop_lag_seconds',
    help: 'How late a timer fired, measured twenty times a second.',
    series: [],
  })
  let due = performance.now() + intervalMs
  const timer = setInterval(() => {
    const now = performance.now()
    lag.observe(Math.max(0, now - due) / 1000)
    due = now + intervalMs
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
