import { describe, expect, it } from 'vitest'
import { sound } from '../../testkit/raw-answers.ts'
import { rawTlsServer } from '../support/servers.ts'
import { service } from '../support/service.ts'

const unasked = 'HTTP/1.1 201 Unasked\r\ncontent-length: 5\r\n\r\nother'

/** Holds a second answer back until the next request on the same connection. */
function holdingBack() {
  return rawTlsServer((socket) => {
    let requests = 0
    socket.on('data', () => {
      requests += 1
      socket.write(requests === 1 ? sound : `${unasked}${sound}`)
    })
  })
}

describe('an unrequested response', () => {
  it('is dropped where it came before the next request, which goes out on another connection', async () => {
    const target = await rawTlsServer((socket) => {
      socket.on('data', () => socket.write(sound, () => setImmediate(() => socket.write(unasked))))
    })
    const { execute } = await service()
    const node = { method: 'POST', url: `https://127.0.0.1:${target.port}/` }
    for (let call = 0; call < 10; call++) {
      const { response, attempts } = await execute({ node })
      expect(response).toMatchObject({ status: 200, body: 'hi' })
      expect(attempts.at(-1)).toMatchObject({ connectionReused: false, delivered: 'yes' })
    }
  })

  it('is dropped where it is held back and the call has a connection of its own', async () => {
    const target = await holdingBack()
    const { execute } = await service()
    const node = { method: 'POST', url: `https://127.0.0.1:${target.port}/`, keepAlive: false }
    for (let call = 0; call < 3; call++) {
      const { request, response, attempts } = await execute({ node })
      expect(request?.headers).toContainEqual(['connection', 'close'])
      expect(response).toMatchObject({ status: 200, body: 'hi' })
      expect(attempts).toMatchObject([{ connectionReused: false }])
    }
    expect(target.connections()).toBe(3)
  })

  it('counts where it is held back on a shared connection, since nothing tells it from a quick one', async () => {
    const target = await holdingBack()
    const { execute } = await service()
    const node = { method: 'POST', url: `https://127.0.0.1:${target.port}/` }
    const statuses = []
    for (let call = 0; call < 3; call++) statuses.push((await execute({ node })).response?.status)
    expect(statuses).toEqual([200, 201, 200])
  })
})
