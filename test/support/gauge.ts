import { vi } from 'vitest'

/** Waits until a metric of the service has a value. */
export async function untilGauge(url: string, name: string, value: number): Promise<void> {
  await vi.waitUntil(async () => {
    const metrics = await fetch(`${url}/metrics`)
    return (await metrics.text()).includes(`\n${name} ${value}\n`)
  })
}
