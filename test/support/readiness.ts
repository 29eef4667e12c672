import { vi } from 'vitest'

/** Waits until the service says that it takes no new calls. */
export async function untilDraining(url: string): Promise<void> {
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).status === 503)
}
