import { vi } from 'vitest'

/** Waits until a service answers that has just been started. Keeps no connection, for which its end would wait. */
export async function untilLive(url: string): Promise<void> {
  const isLive = () => fetch(`${url}/livez`, { headers: { connection: 'close' } }).catch(() => null)
  await vi.waitUntil(isLive, { timeout: 30_000 })
}

/** Waits until the service says that it takes no new calls. */
export async function untilDraining(url: string): Promise<void> {
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).status === 503, { timeout: 30_000 })
}
