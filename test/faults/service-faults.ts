import { join } from 'node:path'
import { sound } from '../../testkit/raw-answers.ts'
import { testFiles } from '../support/files.ts'
import type { Chapter, Target } from './support/fault.ts'
import { answer } from './support/targets.ts'

const noHttp2 = 'the service speaks HTTP/1.1 only, so that every request on the wire is one that it knows of'

const heldBack = { delivered: 'no', repeat: 'safe', seen: 'nothing' } as const

/** A target that answers, behind a connection, after a first call. */
async function connected(text: string, entry: object, limits: readonly object[] = []): Promise<Target> {
  const target = await answer(text)()
  const { origin } = new URL(target.url)
  const files = await testFiles({
    'connections.json': JSON.stringify({ crm: { baseUrl: origin, ...entry } }),
    'limits.json': JSON.stringify(limits),
  })
  const settings = {
    CONNECTIONS_FILE: join(files.path, 'connections.json'),
    LIMITS_FILE: join(files.path, 'limits.json'),
  }
  return {
    ...target,
    service: { settings },
    node: { connection: 'crm', url: '/hook', keepAlive: false },
    rehearsals: 1,
  }
}

export const serviceFaults: Chapter = {
  title: 'Beyond the target',
  faults: [
    { row: '53', what: 'HTTP/2: the target refuses a stream or goes away.', why: noHttp2 },
    { row: '54', what: 'HTTP/2: floods of frames, a window that is never opened.', why: noHttp2 },
    {
      row: '55',
      what: 'The service is stopped during the call.',
      why: '`test/egress/call/deadline.test.ts` makes it without the rest of the service',
    },
    {
      row: '55',
      what: 'All permits of the target are taken: `queue_full`, or `queue_timeout` after a wait.',
      why: '`test/scenarios/one-bad-target-cannot-hurt-another.test.ts` makes it, with several calls at once',
    },
    {
      row: '55',
      what: 'The client goes away while the call waits for a permit: `cancelled`.',
      why: '`test/egress/queue.test.ts` makes it without the rest of the service',
    },
    {
      row: '55',
      what: 'The connection that the node names was taken out of `CONNECTIONS_FILE`: `connection_missing`.',
      why: '`test/scenarios/a-connection-has-what-its-target-needs.test.ts` makes it, with a change of the file',
    },
    {
      row: '55',
      what: 'The connection has a limit of calls per second, and the next call does not fit its time.',
      make: () => connected(sound, { limits: { perSecond: 0.01 } }),
      ends: 'rate_limited',
      ...heldBack,
    },
    {
      row: '55',
      what: 'The host has a limit in `LIMITS_FILE`, and the next call does not fit its time.',
      make: () => connected(sound, {}, [{ host: '127.0.0.1', perSecond: 0.01, scope: 'all' }]),
      ends: 'rate_limited',
      ...heldBack,
    },
    {
      row: '55',
      what: 'The target has answered another call of the connection with 429 and `Retry-After: 30`.',
      make: () =>
        connected('HTTP/1.1 429 Too Many Requests\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n', {}),
      ends: 'target_paused',
      ...heldBack,
    },
    {
      row: '56',
      what: 'The service is killed, or its disk is full.',
      why: 'the service keeps nothing: its client sees the connection break, which is `maybe` (docs/errors.md)',
    },
    {
      row: '56',
      what: 'The wall clock jumps by an hour during the call.',
      why: '`test/faults/clock.test.ts` makes it, since the clock is one for all rows',
    },
  ],
}
