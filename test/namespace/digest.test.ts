import { afterAll, describe, expect, it } from 'vitest'
import { type ApacheUser, startApache } from './support/apache.ts'
import { startWorld } from './support/world.ts'

const world = await startWorld({}, { EGRESS_ALLOW: '127.0.0.0/8,localhost' })
afterAll(() => world.close())

const auth = { type: 'digest', username: '{{ secrets.user }}', password: '{{ secrets.word }}' }
const secretsOf = ({ username, password }: ApacheUser) => ({ user: username, word: password })

describe('Apache', () => {
  it.each([
    { username: 'adam', password: 'a password' },
    { username: 'Jürgen "J" Ö\\', password: 'pässwörd:1' },
  ])('accepts what is computed for $username, and the kept nonce', async (user) => {
    const apache = await startApache(user)
    const call = (members: object = {}) =>
      world.get(`https://127.0.0.1:${apache.port}/leads?a=%20b&a=%2F`, 4_000, {
        auth,
        secrets: secretsOf(user),
        ...members,
      })

    const replies = [
      await call(),
      await call(),
      await call({ method: 'POST', body: { structure: 'json', content: { lead: 7 } } }),
    ]

    for (const reply of replies)
      expect(reply).toMatchObject({ body: { branch: 'success', response: { body: '{"ok":true}' } } })
    expect((await apache.answered()).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'GET /leads 401',
      'GET /leads 200',
      'GET /leads 200',
      'POST /leads 200',
    ])
  })

  it('gets a write once without its body, and then whole', async () => {
    const user = { username: 'adam', password: 'a password' }
    const apache = await startApache(user)

    const reply = await world.get(`https://127.0.0.1:${apache.port}/leads`, 4_000, {
      auth,
      secrets: secretsOf(user),
      method: 'POST',
      body: { structure: 'json', content: { lead: 7 } },
    })

    expect(reply).toMatchObject({
      body: {
        branch: 'success',
        attempts: [
          { purpose: 'challenge', status: 401 },
          { purpose: 'call', status: 200, connectionReused: true },
        ],
      },
    })
  })

  it('gets an answer to its next challenge where it does not know the kept nonce any more', async () => {
    const user = { username: 'adam', password: 'a password' }
    const apache = await startApache(user)
    const call = () =>
      world.get(`https://127.0.0.1:${apache.port}/leads`, 4_000, { auth, secrets: secretsOf(user) })
    await call()
    await apache.restart()

    expect(await call()).toMatchObject({
      body: {
        branch: 'success',
        attempts: [
          { purpose: 'call', status: 401 },
          { purpose: 'resend', status: 200 },
        ],
      },
    })
  })

  it('refuses a wrong password, and the reply says so', async () => {
    const apache = await startApache({ username: 'adam', password: 'a password' })

    const reply = await world.get(`https://127.0.0.1:${apache.port}/leads`, 4_000, {
      auth,
      secrets: { user: 'adam', word: 'another one' },
    })

    expect(reply).toMatchObject({
      body: {
        branch: 'error',
        reason: {
          path: '/node/auth',
          hint: expect.stringContaining('does not accept the credential'),
        },
        attempts: [{ purpose: 'challenge' }, { purpose: 'call', status: 401 }],
      },
    })
  })
})
