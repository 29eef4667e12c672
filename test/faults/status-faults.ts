import type { RetrySafety } from '../../src/contract/failure.ts'
import type { Part } from '../../testkit/raw-server.ts'
import type { Chapter, Fault } from './support/fault.ts'
import { answer, tls } from './support/targets.ts'

const day = 86_400_000

export const statusFaults: Chapter = {
  title: 'The status',
  faults: [
    {
      row: '49',
      what: 'The target answers 413 during the upload, then resets the connection.',
      make: uploading('413 Content Too Large'),
      ...judged(413, 'never'),
    },
    {
      row: '49',
      what: 'The target answers 401 during the upload, then resets the connection.',
      make: uploading('401 Unauthorized'),
      ...judged(401, 'never'),
    },
    redirect(301, 'to a path', '/other'),
    redirect(302, 'to another host', 'https://other.example/internal'),
    redirect(303, 'to the service itself', 'https://127.0.0.1/internal'),
    redirect(307, 'to a file', 'file:///etc/passwd'),
    redirect(308, 'to plain HTTP', 'http://127.0.0.1/internal'),
    redirect(302, 'to the same path', '/hook'),
    redirect(302, 'nowhere', null),
    pausing(429, '0', 0),
    pausing(429, '30', 30_000),
    pausing(503, '3600', 3_600_000),
    pausing(503, '1000000000000', null),
    pausing(429, '-5', null),
    pausing(429, '1.5', 2_000),
    pausing(429, '1.5s', null),
    pausing(429, '1, 2', null),
    pausing(429, 'soon', null),
    pausing(503, new Date(Date.now() - day).toUTCString(), 0, 'a date in the past'),
    {
      row: '52',
      what: 'The target is gone for good (410).',
      make: answer('HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n'),
      ...judged(410, 'never'),
    },
  ],
}

function judged(status: number, repeat: RetrySafety) {
  return { ends: status, delivered: 'yes', repeat, seen: 'a request' } as const
}

/** Refuses a body of 900 KB when it has seen the first of it. */
function uploading(status: string) {
  const part: Part = (socket, reset) => {
    socket.once('data', () => {
      socket.pause()
      socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 2\r\n\r\nno`, () => setImmediate(reset))
    })
  }
  const body = { structure: 'raw', contentType: 'text/plain', content: 'x'.repeat(900_000) }
  return async () => ({ ...(await tls(part)()), node: { body } })
}

function redirect(status: number, where: string, location: string | null): Fault {
  const header = location === null ? '' : `location: ${location}\r\n`
  return {
    row: '50',
    what: `The target redirects ${where} (${status}).`,
    make: answer(`HTTP/1.1 ${status} Elsewhere\r\n${header}content-length: 0\r\n\r\n`),
    ...judged(status, 'never'),
  }
}

function pausing(status: number, value: string, retryAfterMs: number | null, said = value): Fault {
  return {
    row: '51',
    what: `The target answers ${status} with \`Retry-After: ${said}\`.`,
    make: answer(`HTTP/1.1 ${status} Later\r\nretry-after: ${value}\r\ncontent-length: 0\r\n\r\n`),
    ...judged(status, 'safe'),
    ...(retryAfterMs === null && { warning: 'retry_after_ignored' as const }),
    shows: { retryAfterMs },
  }
}
