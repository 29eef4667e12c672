import { type Part, silent, writeAndReset, writeAndStay } from '../../testkit/raw-server.ts'
import { rawTlsServer } from '../support/servers.ts'
import type { Chapter, Fault, Target } from './support/fault.ts'
import { at } from './support/targets.ts'

const unanswered = {
  delivered: 'no',
  repeat: 'safe',
  seen: 'a request',
  shows: {
    attempts: [
      { purpose: 'challenge', delivered: 'maybe' },
      { purpose: 'call', delivered: 'no' },
    ],
  },
} as const
const refused = {
  ends: 401,
  delivered: 'yes',
  repeat: 'never',
  seen: 'a request',
  shows: { attempts: [{ purpose: 'call', status: 401 }], reason: { path: '/node/auth' } },
} as const

export const challengeFaults: Chapter = {
  title: 'The challenge (`digest`)',
  faults: [
    {
      row: 'D1',
      what: 'The target does not answer the request for a challenge.',
      make: asking(silent),
      ends: 'response_timeout',
      usesUp: 'the wait for the response',
      ...unanswered,
    },
    {
      row: 'D1',
      what: 'The target hangs up on the request for a challenge.',
      make: asking(writeAndReset()),
      ends: 'no_response',
      ...unanswered,
    },
    {
      row: 'D2',
      what: 'The target asks for a digest with SHA-512-256.',
      make: asking(challenge('Digest realm="a", nonce="b", algorithm=SHA-512-256')),
      ...refused,
    },
    {
      row: 'D2',
      what: 'The target asks for a digest of the body, too (`auth-int`).',
      make: asking(challenge('Digest realm="a", nonce="b", qop="auth-int"')),
      ...refused,
    },
    {
      row: 'D2',
      what: 'The challenge of the target has no nonce.',
      make: asking(challenge('Digest realm="a"')),
      ...refused,
    },
  ] satisfies readonly Fault[],
}

/** A call with a body. */
function asking(part: Part): () => Promise<Target> {
  return async () => ({
    ...at(await rawTlsServer(part)),
    node: {
      method: 'POST',
      auth: { type: 'digest', username: 'flow', password: 's3cr3t-of-flow' },
      body: { structure: 'json', content: 1 },
    },
  })
}

function challenge(value: string): Part {
  return writeAndStay(`HTTP/1.1 401 Unauthorized\r\nwww-authenticate: ${value}\r\ncontent-length: 0\r\n\r\n`)
}
