import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EgressClient } from '../../src/egress/egress-client.ts'
import { sound } from '../../testkit/raw-answers.ts'
import { type Closing, closings, closingTarget } from '../support/closing-target.ts'
import { testEgressClient } from '../support/egress-client.ts'
import { rawTlsServer } from '../support/servers.ts'
import { type Chapter, success, type Target } from './support/fault.ts'
import { at } from './support/targets.ts'

/** The reply when a fresh connection has replaced a dead one. */
const recovered = {
  ...success,
  shows: {
    attempts: [
      { purpose: 'call', status: null, failure: 'no_response', delivered: 'no', connectionReused: true },
      { purpose: 'resend', status: 200, failure: null, delivered: 'yes', connectionReused: false },
    ],
  },
} as const

/** The reply when a request that may have arrived was sent once more. */
const resent = {
  ends: 200,
  delivered: 'yes',
  repeat: 'never',
  seen: 'two requests',
  shows: {
    attempts: [
      { purpose: 'call', failure: 'no_response', delivered: 'maybe', connectionReused: true },
      { purpose: 'resend', failure: null, delivered: 'yes', connectionReused: false },
    ],
  },
} as const

/** The reply when it was not. */
const lost = {
  ends: 'no_response',
  delivered: 'maybe',
  repeat: 'if_idempotent',
  seen: 'a request',
  shows: { attempts: [{ purpose: 'call', connectionReused: true }] },
} as const

const twiceAsOne = { idempotent: true } as const

export const reuseFaults: Chapter = {
  title: 'A connection that was kept alive',
  faults: [
    {
      row: '22',
      what: 'The target closes a kept connection before a byte of the next request is written.',
      make: () => whileCalling((socket) => socket.destroy()),
      ...recovered,
    },
    {
      row: '22',
      what: 'The target sends an unrequested answer right before the next request is written.',
      make: () => whileCalling((socket) => socket.write(sound.replace('200', '201'))),
      ...recovered,
    },
    {
      row: '22',
      what: 'The target sends garbage right before the next request is written.',
      make: () => whileCalling((socket) => socket.write('garbage')),
      ...recovered,
    },
    {
      row: '23',
      what: 'The target closes a kept connection when the next request has been written.',
      make: () => closing(closings.destroy),
      ...lost,
    },
    {
      row: '23',
      what: 'The same, and the node says `idempotent: true`.',
      make: () => closing(closings.destroy, { node: twiceAsOne }),
      ...resent,
    },
    {
      row: '23',
      what: 'The same, and the target resets the connection.',
      make: () => closing(closings.reset, { node: twiceAsOne }),
      ...resent,
    },
    {
      row: '23',
      what: 'The same with a `PUT`, which the target answers with 500 when it is sent once more.',
      make: () => closing(closings.end, { node: { method: 'PUT' }, statuses: [200, 500] }),
      ...resent,
      ends: 500,
      repeat: 'if_idempotent',
      shows: { attempts: [{ failure: 'no_response' }, { purpose: 'resend', status: 500 }] },
    },
    {
      row: '23',
      what: 'The same with a `DELETE`, which the target answers with 404 when it is sent once more.',
      make: () =>
        closing(closings.end, { node: { method: 'DELETE', body: undefined }, statuses: [200, 404] }),
      ...resent,
      ends: 404,
      shows: { attempts: [{ failure: 'no_response' }, { purpose: 'resend', status: 404 }] },
    },
    {
      row: '23',
      what: 'The same with a `PUT` that has `If-Match`.',
      make: () =>
        closing(closings.destroy, {
          node: { method: 'PUT', headers: [{ name: 'If-Match', value: '"1"' }] },
        }),
      ...lost,
    },
    {
      row: '23',
      what: 'The target answers one letter on a kept connection and closes it, and the node says `idempotent: true`.',
      make: () => closing((socket) => socket.end('H'), { node: twiceAsOne }),
      ...lost,
    },
    {
      row: '23',
      what: 'The target is an nginx that reloads again and again while calls go on.',
      why: '`test/namespace/reloads.test.ts` makes it, with thousands of calls: none that may be sent twice fails',
    },
    {
      row: '39',
      what: 'The target sends a line break on an idle connection.',
      make: () => unsolicited('\r\n'),
      ...success,
      shows: { attempts: [{ connectionReused: false }] },
    },
    {
      row: '39',
      what: 'The target holds a second answer back until the next request has come.',
      make: () => holdingBack(true),
      ...success,
      ends: 201,
      shows: { attempts: [{ connectionReused: true }] },
    },
    {
      row: '39',
      what: 'The same, and the node says `keepAlive: false`.',
      make: () => holdingBack(false),
      ...success,
      shows: { attempts: [{ connectionReused: false }] },
    },
    {
      row: '39',
      what: 'The target sends a second answer on an idle connection.',
      make: () => unsolicited(sound.replace('200', '201')),
      ...success,
      shows: { attempts: [{ connectionReused: false }] },
    },
  ],
}

/** A target that is just closing a kept connection when the next request has been written on it. */
async function closing(
  close: Closing,
  { statuses, node }: { statuses?: readonly number[]; node?: Target['node'] } = {},
): Promise<Target> {
  return { ...at(await closingTarget(close, statuses)), rehearsals: 1, ...(node && { node }) }
}

/** Something befalls the kept connection at the moment in which the service begins to use it. */
async function whileCalling(befall: (socket: Socket) => void): Promise<Target> {
  const sockets: Socket[] = []
  const target = await keepingAlive(sockets)
  const real = testEgressClient()
  const egressClient: EgressClient = {
    async call(...call) {
      await nextTurn() // so that the news arrives before the next chance to write
      const calling = real.call(...call)
      const [kept] = sockets
      if (kept !== undefined) befall(kept)
      return calling
    },
    mayCall: (target) => real.mayCall(target),
    describeDenial: (target) => real.describeDenial(target),
    openTls: (settings) => real.openTls(settings),
    pause: () => {},
    load: () => real.load(),
    close: () => real.close(),
  }
  return { ...target, service: { egressClient }, rehearsals: 1 }
}

async function unsolicited(bytes: string): Promise<Target> {
  const sockets: Socket[] = []
  return {
    ...(await keepingAlive(sockets)),
    rehearsals: 1,
    async interlude() {
      for (const socket of sockets) socket.write(bytes)
      // Both ends live in this process: what one sends reaches the other within a few turns of its loop.
      for (let turn = 0; turn < 20; turn++) await nextTurn()
    },
  }
}

async function holdingBack(keepAlive: boolean): Promise<Target> {
  const server = await rawTlsServer((socket) => {
    let requests = 0
    socket.on('data', () => {
      requests += 1
      socket.write(requests === 1 ? sound : sound.replace('200', '201'))
    })
  })
  return { ...at(server), rehearsals: 1, node: { keepAlive } }
}

async function keepingAlive(sockets: Socket[]): Promise<Target> {
  const server = await rawTlsServer((socket) => {
    sockets.push(socket)
    socket.on('data', () => socket.write(sound))
  })
  return at(server)
}
