import { isIP } from 'node:net'
import { expect, vi } from 'vitest'
import type { ExecuteReply } from '../../../src/contract/execution.ts'
import { complaintsAbout } from '../../support/hints.ts'
import type { LogLine } from '../../support/service.ts'
import type { Fault } from './fault.ts'
import { decideBranch } from './page.ts'
import type { Played } from './play.ts'

/** The promise is 50 ms; a busy machine that runs tests gets some more. */
const graceMs = 500

/** Holds what came of a fault against its row, and against what is promised for all rows. */
export async function expectAsInTable(played: Played, fault: Fault): Promise<void> {
  expectVerdict(played, fault)
  if (typeof fault.ends === 'string') expectExplained(played, fault)
  expectTrueTimings(played)
  if (fault.usesUp !== undefined) expectPunctual(played, fault.usesUp)
  expectNothingLeaks(played)
  await expectRelease(played)
}

function expectVerdict({ reply, seen }: Played, fault: Fault) {
  const { ends, delivered, repeat, warning, shows = {} } = fault
  expect({ ...readVerdict(reply), seen }).toEqual({
    code:
      typeof ends === 'string'
        ? ends
        : decideBranch(fault) === 'success'
          ? 'expectation_met'
          : 'expectation_unmet',
    branch: decideBranch(fault),
    delivered,
    repeat,
    warnings: warning === undefined ? [] : [warning],
    seen: fault.seen,
  })
  if (typeof ends === 'number') expect(reply.response?.status).toBe(ends)
  expect(reply.attempts).toHaveLength(shows.attempts?.length ?? 1)
  expect(reply).toMatchObject(shows)
}

function readVerdict({ reason, branch, delivered, repeat, warnings }: ExecuteReply) {
  return { code: reason.code, branch, delivered, repeat, warnings: warnings.map(({ code }) => code) }
}

/** A reader who has nothing but the reason knows the cause and the cure. */
function expectExplained({ target, reply }: Played, { usesUp }: Fault) {
  const { message, hint, blame } = reply.reason
  const { hostname, port } = new URL(target.url)
  expect(message).toContain(`${hostname}:${port || 443}`)
  expect(complaintsAbout({ message, hint, blame, repeat: reply.repeat })).toEqual([])
  if (usesUp !== undefined) expect(message).toMatch(/\btimeoutMs is \d+ ms, and .* used \d+ ms of it/)
}

/** What did not happen took no time. */
function expectTrueTimings({ reply }: Played) {
  for (const { timings, status, failure, delivered, connectionReused } of reply.attempts) {
    const { dnsMs, connectMs, tlsMs, firstByteMs, downloadMs } = timings
    if (connectionReused)
      expect({ dnsMs, connectMs, tlsMs }).toEqual({ dnsMs: null, connectMs: null, tlsMs: null })
    const hasHead = status !== null || refusals.includes(failure)
    expect({ hasHead: firstByteMs !== null }).toEqual({ hasHead })
    if (failure !== null && failure !== 'response_timeout') expect(downloadMs).toBeNull()
    if (delivered === 'no') expect(firstByteMs).toBeNull()
  }
}

const refusals: readonly (string | null)[] = [
  'response_malformed',
  'response_not_http',
  'response_headers_too_large',
]

/** The client has its reply in time, with the phase that used the time up. */
function expectPunctual({ reply, lateMs }: Played, phase: string) {
  expect(lateMs).toBeLessThan(graceMs)
  expect(reply.reason.message).toContain(phase)
}

/** Only an answer that was read to its end leaves a connection behind. */
async function expectRelease({ target, reply }: Played) {
  const isKept = reply.reason.code.startsWith('expectation_')
  if (isKept) return
  await vi.waitUntil(() => target.journal.open() === 0)
}

/** What people read is our own text: no resolved address, no certificate, no bytes of the peer, no library. */
function expectNothingLeaks({ target, reply, log }: Played) {
  const shown = joinTexts(reply)
  const { hostname } = new URL(target.url)
  for (const word of shown.split(/[^0-9a-f.:]+/i)) if (isIP(word)) expect(word).toBe(hostname)
  expect(shown).not.toMatch(
    /\bE(?:CONN|HOST|NET|PIPE|TIMED|MFILE)|UND_ERR|ERR_|Error\b|undici|llhttp|OpenSSL/,
  )
  const foreign = [...namesInCertificates, ...findWords(target.journal.sent()), ...log.flatMap(listCauses)]
  for (const word of foreign) expect(shown).not.toContain(word)
}

const namesInCertificates = ['internal-name.example', 'Stranger', 'Test authority']

function joinTexts({ reason, warnings, attempts }: ExecuteReply): string {
  const { message } = reason
  // Of a response, the hint may quote what the target says.
  const hint = reason.code === 'expectation_unmet' ? reason.hint?.replace(/"[^"]*"/g, '') : reason.hint
  return JSON.stringify([message, hint, warnings.map((warning) => warning.message), attempts])
}

/** Long enough not to be in our own text by chance. */
function findWords(bytes: Buffer): readonly string[] {
  return bytes.toString('latin1').match(/[\x21-\x7e]{9,}/g) ?? []
}

function listCauses({ cause = [] }: LogLine): readonly string[] {
  return Array.isArray(cause) ? cause.map(String) : []
}
