import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../../src/logging/logger.ts'
import { logOutput } from '../../src/logging/output.ts'

const hostile = 'a\u001b[2J\u009b31m\u007f\b\r\nb\u2028c\u202egnp.exe'

/** A line without anything that moves a cursor, breaks a line or turns its direction. */
const harmless = /^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*\n$/u

/** A log, and the text of what it has written since it was last asked for. */
async function logTo(isTerminal: boolean) {
  const lines: string[] = []
  const destination = await logOutput({ isTerminal, destination: { write: (line) => lines.push(line) } })
  return { log: createLogger('debug', destination), written: () => lines.splice(0).join('') }
}

describe('the log for programs', () => {
  it('is one object of JSON per line', async () => {
    const { log, written } = await logTo(false)

    log.info({ nodeId: 'crm-lead', phases: { dnsMs: null } }, 'node executed')

    const line = written()
    expect(line).toMatch(/^\{.*\}\n$/)
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      msg: 'node executed',
      nodeId: 'crm-lead',
      phases: { dnsMs: null },
    })
  })

  it('keeps every text and writes none of it as a control character', async () => {
    const { log, written } = await logTo(false)

    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(hostile)), (text) => {
        log.info({ correlationId: text }, 'node executed')

        const line = written()
        expect(JSON.parse(line).correlationId).toBe(text)
        expect(line).toMatch(harmless)
      }),
    )
  })
})

describe('the log in a terminal', () => {
  it('has time, level and message, then the fields in one line', async () => {
    const { log, written } = await logTo(true)

    log.info({ nodeId: 'crm-lead', phases: { dnsMs: null } }, 'node executed')

    expect(withoutColours(written())).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: node executed \{"nodeId":"crm-lead","phases":\{"dnsMs":null\}\}\n$/,
    )
  })

  it('shows the stack of a bug', async () => {
    const { log, written } = await logTo(true)

    log.error({ err: new TypeError('a bug') }, 'unexpected error')

    expect(withoutColours(written())).toMatch(/ERROR: unexpected error \n.*TypeError: a bug\n {8,}at /s)
  })

  it('colours, and passes on no control sequence from an id', async () => {
    const { log, written } = await logTo(true)

    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(hostile)), (text) => {
        log.info({ correlationId: text, [text]: text }, 'node executed')

        expect(withoutColours(written())).toMatch(harmless)
      }),
    )
  })
})

/** Less what the log itself adds: the four escapes that begin and the one that ends a colour. */
function withoutColours(text: string): string {
  return text.replaceAll(/\x1b\[(?:3[1-7]|39|90)m/g, '')
}
