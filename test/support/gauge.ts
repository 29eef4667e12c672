import { vi } from 'vitest'
import { scrape } from './scrape.ts'

/** Waits until a metric of the service has a value. */
export async function untilGauge(url: string, name: string, value: number): Promise<void> {
  await vi.waitUntil(async () => (await scrape(url)).get(name) === value, { timeout: 30_000 })
}
