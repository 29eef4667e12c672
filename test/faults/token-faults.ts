import { sound } from '../../testkit/raw-answers.ts'
import { flood, type Part, silent, write, writeAndStay } from '../../testkit/raw-server.ts'
import { rawServer, rawTlsServer } from '../support/servers.ts'
import type { Chapter, Fault, Target } from './support/fault.ts'
import { at } from './support/targets.ts'

const attempts = [{ purpose: 'token' }, { purpose: 'call', delivered: 'no' }] as const
const failed = {
  ends: 'auth_token_failed',
  delivered: 'no',
  repeat: 'safe',
  seen: 'nothing',
  shows: { attempts, reason: { path: '/node/auth/tokenUrl' } },
} as const
const refused = {
  ends: 'auth_token_refused',
  delivered: 'no',
  repeat: 'never',
  seen: 'nothing',
} as const

export const tokenFaults: Chapter = {
  title: 'The token (`oauth2`)',
  faults: [
    {
      row: 'T1',
      what: 'The token endpoint answers 401 with an error of OAuth.',
      make: login(answer('401 Unauthorized', '{"error":"invalid_client"}')),
      ...refused,
      shows: { attempts, reason: { path: '/node/auth/clientSecret' } },
    },
    {
      row: 'T1',
      what: 'The token endpoint answers 400 with an error of OAuth.',
      make: login(answer('400 Bad Request', '{"error":"invalid_scope"}')),
      ...refused,
      shows: { attempts, reason: { path: '/node/auth/scope' } },
    },
    {
      row: 'T2',
      what: 'The token endpoint answers 401 with a page.',
      make: login(answer('401 Unauthorized', '<h1>Log in</h1>')),
      ...failed,
    },
    {
      row: 'T2',
      what: 'The token endpoint answers 500.',
      make: login(answer('500 Internal Server Error', '{"error":"server_error"}')),
      ...failed,
    },
    {
      row: 'T2',
      what: 'The token endpoint answers with a redirect.',
      make: login(answer('302 Found\r\nlocation: https://127.0.0.1/', '')),
      ...failed,
    },
    {
      row: 'T2',
      what: 'The token endpoint answers 200 with a page.',
      make: login(answer('200 OK', '<h1>Log in</h1>')),
      ...failed,
    },
    {
      row: 'T2',
      what: 'The token has a line break.',
      make: login(answer('200 OK', '{"access_token":"a-token\\r\\nx: y","expires_in":60}')),
      ...failed,
    },
    {
      row: 'T2',
      what: 'The token is longer than a header may be.',
      make: login(answer('200 OK', `{"access_token":"${'x'.repeat(8_186)}","expires_in":60}`)),
      ...failed,
    },
    {
      row: 'T2',
      what: 'The answer of the token endpoint breaks off.',
      make: login(write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"access_token":')),
      ...failed,
    },
    {
      row: 'T2',
      what: 'The answer of the token endpoint never ends.',
      make: login(flood(' '.repeat(65_536), 'HTTP/1.1 200 OK\r\n\r\n')),
      ...failed,
    },
    {
      row: 'T3',
      what: 'The token endpoint never answers.',
      make: login(silent),
      usesUp: 'the wait for the response',
      ...failed,
    },
    {
      row: 'T3',
      what: 'Nothing listens on the port of the token endpoint.',
      async make() {
        const server = await rawServer(silent)
        await server.close()
        return withTokenFrom(server.port)
      },
      ...failed,
    },
  ] satisfies readonly Fault[],
}

/** A target that is sound, and a token endpoint that plays a part. */
function login(part: Part): () => Promise<Target> {
  return async () => withTokenFrom((await rawTlsServer(part)).port)
}

async function withTokenFrom(port: number): Promise<Target> {
  const target = at(await rawTlsServer(writeAndStay(sound)))
  const auth = {
    type: 'oauth2',
    tokenUrl: `https://127.0.0.1:${port}/token`,
    clientId: 'flow',
    clientSecret: 's3cr3t-of-flow',
  }
  return { ...target, node: { auth } }
}

function answer(status: string, body: string): Part {
  return writeAndStay(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
}
