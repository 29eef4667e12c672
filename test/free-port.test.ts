import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { freePort } from '../testkit/free-port.ts'
import { listen } from '../testkit/listen.ts'

it('a free port is none that the system gives to others, and none where something listens', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))

  for (const port of ports) {
    expect(port).toBeGreaterThan(10_080) // the last one that fetch refuses
    expect(port).toBeLessThan(32_768)
  }
  const [port = 0] = ports
  const { close } = await listen(createServer(), port)
  await expect(listen(createServer(), port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await close()
})
