import type { Chapter } from './support/fault.ts'

const noHttp2 = 'the service speaks HTTP/1.1 only, so that every request on the wire is one that it knows of'

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
