import { ok, sound } from '../../testkit/raw-answers.ts'
import { drip, flood, type Part, silent, write, writeAndReset } from '../../testkit/raw-server.ts'
import { rawTlsServer } from '../support/servers.ts'
import { type Chapter, type Fault, success, type Target } from './support/fault.ts'
import { shrinkSendBuffers } from './support/network.ts'
import { answer, at, tls } from './support/targets.ts'

const unanswered = { delivered: 'maybe', repeat: 'if_idempotent', seen: 'a request' } as const

const waiting = 'the wait for the response'

export const answerFaults: Chapter = {
  title: 'The head of the answer',
  faults: [
    {
      row: '21',
      what: 'The target ends the connection without an answer.',
      make: tls(write()),
      ends: 'no_response',
      ...unanswered,
    },
    {
      row: '21',
      what: 'The target resets the connection without an answer.',
      make: tls(writeAndReset()),
      ends: 'no_response',
      ...unanswered,
    },
    {
      row: '21',
      what: 'The target ends the connection within the head.',
      make: tls(write(`${ok}x-internal: `)),
      ends: 'no_response',
      ...unanswered,
    },
    {
      row: '24',
      what: 'The target stops reading during the upload, for longer than the node waits.',
      make: async () => {
        shrinkSendBuffers()
        const server = await rawTlsServer(pausing)
        const body = { structure: 'raw', contentType: 'text/plain', content: 'x'.repeat(1_000_000) }
        return { ...at(server), node: { body } }
      },
      ends: 'send_timeout',
      usesUp: 'the sending of the request',
      bendsNetwork: true,
      ...unanswered,
    },
    {
      row: '25',
      what: 'The target never answers.',
      make: tls(silent),
      ends: 'response_timeout',
      usesUp: waiting,
      ...unanswered,
    },
    {
      row: '26',
      what: 'The head comes byte by byte.',
      make: tls(drip('x', 20, `${ok}x-internal: `)),
      ends: 'response_timeout',
      usesUp: waiting,
      ...unanswered,
    },
    {
      row: '26',
      what: 'The reason behind the status comes byte by byte.',
      make: tls(drip('x', 20, 'HTTP/1.1 200 ')),
      ends: 'response_timeout',
      usesUp: waiting,
      ...unanswered,
    },
    {
      row: '27',
      what: 'The target sends interim responses without end.',
      make: tls(flood('HTTP/1.1 103 Early Hints\r\nlink: </internal.css>\r\n\r\n')),
      ends: 'response_headers_too_large',
      ...unanswered,
      repeat: 'never',
    },
    {
      row: '27',
      what: 'The target sends interim responses, slowly.',
      make: tls(drip('HTTP/1.1 102 Processing\r\n\r\n', 80)),
      ends: 'response_timeout',
      usesUp: waiting,
      ...unanswered,
    },
    {
      row: '27',
      what: 'The target sends 100, 102 and 103 before its answer.',
      make: answer(
        'HTTP/1.1 100 Continue\r\n\r\n',
        'HTTP/1.1 102 Processing\r\n\r\n'.repeat(20),
        `HTTP/1.1 103 Early Hints\r\nlink: </internal.css>;\r\n rel=preload\r\n\r\n${sound}`,
      ),
      ...success,
      shows: { response: { body: 'hi' } },
    },
    {
      row: '28',
      what: 'The target sends an unrequested 100, and nothing else.',
      make: answer('HTTP/1.1 100 Continue\r\n\r\n'),
      ends: 'response_timeout',
      usesUp: waiting,
      ...unanswered,
    },
    malformed(
      '28',
      'The target switches protocols unasked.',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      101,
    ),
    tooLarge('The head has a header of 20 KB.', answer(`${ok}x-a: ${'b'.repeat(20_000)}\r\n\r\n`)),
    tooLarge('The head has 3,000 headers.', answer(`${ok}${'a: b\r\n'.repeat(3_000)}\r\n`)),
    tooLarge('The head has 600 headers of one letter.', answer(`${ok}${'a:\r\n'.repeat(600)}\r\n`)),
    tooLarge('The reason behind the status has no end.', tls(flood('x', 'HTTP/1.1 200 '))),
    tooLarge('Line breaks without end come instead of a head.', tls(flood('\r'))),
    tooLarge('The head has headers without end.', tls(drip('a:\r\n'.repeat(100), 2, ok))),
    tooLarge('The head has 17 KB.', answer(`${ok}x-a: ${'b'.repeat(17_000)}\r\n\r\n`)),
    malformed(
      '30',
      'The head has a length and chunks.',
      `${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`,
    ),
    malformed('30', 'The head has two lengths.', `${ok}content-length: 2\r\ncontent-length: 3\r\n\r\nhi`),
    malformed('30', 'The head has a list of lengths.', `${ok}content-length: 2, 3\r\n\r\nhi`),
    malformed('30', 'The head has a negative length.', `${ok}content-length: -2\r\n\r\nhi`),
    malformed('30', 'The head has a coding other than chunks.', `${ok}transfer-encoding: identity\r\n\r\nhi`),
    malformed(
      '30',
      'The head has chunks and is HTTP/1.0.',
      'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    ),
    taken('30', 'The head has the same length twice.', 'content-length: 2\r\ncontent-length: 2\r\n\r\nhi'),
    taken('30', 'The head has a list of equal lengths.', 'content-length: 2, 2\r\n\r\nhi'),
    taken('30', 'A blank and a tab stand behind the length.', 'content-length: 2 \t\r\n\r\nhi'),
    taken('31', 'A header is folded.', 'x-a: b\r\n internal\r\ncontent-length: 2\r\n\r\nhi'),
    malformed('31', 'The length is folded.', `${ok}content-length:\r\n 2\r\n\r\nhi`),
    malformed('31', 'The lines of the head end with a bare LF.', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nhi'),
    malformed('31', 'A header has a NUL.', `${ok}x-a: b\0internal\r\n\r\n`),
    malformed('31', 'The reason behind the status has a NUL.', 'HTTP/1.1 200 O\0internal\r\n\r\n'),
    malformed('31', 'A header has a bare CR.', `${ok}x-a: b\rinternal\r\n\r\n`),
    malformed('31', 'A blank stands before the colon of a header.', `${ok}x-a : internal\r\n\r\n`),
    malformed('31', 'A header has no colon.', `${ok}x-internal\r\n\r\n`),
    notHttp('The target answers with a banner of SSH.', 'SSH-2.0-OpenSSH_9.9 internal-banner\r\n'),
    notHttp('The target answers with an alert of TLS.', Buffer.from([0x15, 3, 3, 0, 2, 2, 40])),
    notHttp('The target answers with HTTP/2.', Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100])),
    notHttp('The target answers with HTTP/0.9.', '<html>internal page</html>'),
    malformed('33', 'The status is 099.', 'HTTP/1.1 099 Low\r\n\r\n', null),
    malformed('33', 'The status is 1000.', 'HTTP/1.1 1000 High\r\n\r\n', null),
    {
      row: '33b',
      what: 'The status is 600.',
      make: answer('HTTP/1.1 600 Odd\r\ncontent-length: 2\r\n\r\nhi'),
      ends: 600,
      delivered: 'yes',
      repeat: 'never',
      seen: 'a request',
    },
    {
      row: '33b',
      what: 'The status is 999.',
      make: answer('HTTP/1.1 999 Denied\r\ncontent-length: 2\r\n\r\nhi'),
      ends: 999,
      delivered: 'yes',
      repeat: 'never',
      seen: 'a request',
    },
    {
      ...tooLarge(
        'The reason behind the status has 500 KB.',
        answer(`HTTP/1.1 200 ${'x'.repeat(500_000)}\r\ncontent-length: 2\r\n\r\nhi`),
      ),
      row: '47',
    },
    {
      row: '47',
      what: 'A header is called __proto__.',
      make: answer(sound.replace('\r\n', '\r\n__proto__: polluted\r\n')),
      ...success,
      shows: {
        response: {
          headers: [
            ['__proto__', 'polluted'],
            ['content-length', '2'],
          ],
        },
      },
    },
    {
      row: '47',
      what: 'The head has 200 cookies.',
      make: answer(sound.replace('\r\n', `\r\n${'Set-Cookie: a=secret-value\r\n'.repeat(200)}`)),
      ...success,
    },
  ],
}

/** The status that was read is told. Only a final one says that the request was received. */
function malformed(row: string, what: string, bytes: string, status: number | null = 200): Fault {
  return {
    row,
    what,
    make: answer(bytes),
    ends: 'response_malformed',
    delivered: status === 200 ? 'yes' : 'maybe',
    repeat: 'never',
    seen: 'a request',
    shows: { response: null, attempts: [{ status, failure: 'response_malformed' }] },
  }
}

/** What breaks no rule that two readers could read in two ways. */
function taken(row: string, what: string, headersAndBody: string): Fault {
  return { row, what, make: answer(ok + headersAndBody), ...success, shows: { response: { body: 'hi' } } }
}

function notHttp(what: string, bytes: string | Buffer): Fault {
  return { row: '32', what, make: answer(bytes), ends: 'response_not_http', ...unanswered }
}

function tooLarge(what: string, make: () => Promise<Target>): Fault {
  return { row: '29', what, make, ends: 'response_headers_too_large', ...unanswered, repeat: 'never' }
}

/** Who never reads again never learns either that the connection is closed. */
const pausing: Part = (socket) => {
  socket.once('data', () => {
    socket.pause()
    setTimeout(() => socket.resume(), 600)
  })
}
