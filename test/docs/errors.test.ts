import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { reasonCodes } from '../../src/contract/execution.ts'
import {
  type Delivered,
  type FailureCode,
  failureCodes,
  failures,
  findSafetyAfterFailure,
  type Phase,
} from '../../src/contract/failure.ts'
import { findSafetyAfterProblem, type ProblemCode, problems } from '../../src/contract/problem-codes.ts'
import type { WarningCode } from '../../src/contract/warning.ts'
import { compileNode } from '../../src/webhook/compile.ts'
import { decideOnResponse } from '../../src/webhook/decide.ts'
import { noMaskers, ReadableResponse } from '../../src/webhook/response/readable-response.ts'
import { judgeRetrySafety } from '../../src/webhook/retry-safety.ts'
import { noSecrets } from '../../src/webhook/template/render-context.ts'
import { explainBody } from '../http/problems/support/explain-body.ts'
import { rowsUnder } from './support/markdown.ts'
import { read, root } from './support/pages.ts'

const page = read('docs/errors.md')

/** The compiler sees to it that none is forgotten. */
const warningCodes = {
  value_empty: true,
  source_missing: true,
  template_undefined: true,
  placeholder_not_rendered: true,
  header_trimmed: true,
  credential_in_url: true,
  client_cert_expires: true,
  fragment_dropped: true,
  content_type_mismatch: true,
  xml_encoding_mismatch: true,
  json_encoded_twice: true,
  basic_not_encoded: true,
  retry_after_ignored: true,
  retry_never_applies: true,
  signature_unverifiable: true,
  retry_abandoned: true,
  pauses_full: true,
  redirect_not_followed: true,
  case_never_holds: true,
  condition_failed: true,
  status_not_success: true,
  address_closed: true,
  response_truncated: true,
  response_excess_bytes: true,
  response_undecodable: true,
  response_text_damaged: true,
  response_charset_unknown: true,
  body_truncated: true,
  capture_empty: true,
  capture_failed: true,
  capture_too_large: true,
  capture_masked: true,
  curl_too_long: true,
  curl_not_exact: true,
  curl_reads_file: true,
  expectation_masked: true,
  warnings_left_out: true,
} satisfies Record<WarningCode, true>

const warnings = 'Warnings'
const problemReplies = 'Problems: replies that are not 200'

describe('docs/errors.md', () => {
  it('has an entry for every reason, in the order of the code', () => {
    expect(namesIn((chapter) => chapter !== warnings && chapter !== problemReplies)).toEqual([...reasonCodes])
  })

  it('has an entry for every warning', () => {
    expect(namesIn((chapter) => chapter === warnings)).toEqual(Object.keys(warningCodes))
  })

  it('has an entry for every problem', () => {
    expect(namesIn((chapter) => chapter === problemReplies)).toEqual(Object.keys(problems))
  })

  it('says which problem is retryable', () => {
    const retryable = Object.entries(problems).flatMap(([code, info]) => (info.retryable ? [code] : []))
    const listed = new Intl.ListFormat('en').format(retryable.map((code) => `\`${code}\``))

    expect(page).toContain(`Only ${listed} are \`retryable\``)
  })

  it.each(Object.entries(problems))('says of %s what the service says', (code, info) => {
    const { title, status, delivered } = info

    const repeat = findSafetyAfterProblem(code as ProblemCode)

    expect(entry(code)).toContain(
      `**${title}** · status ${status} · delivered \`${delivered}\` · repeat \`${repeat}\`\n`,
    )
  })
})

describe('the entry of invalid_request', () => {
  const rows = rowsUnder(entry('invalid_request'), 'sent')

  it.each(rows)('says of %s what a problem says', (sent, path, message) => {
    const node = { method: 'POST', url: 'https://hooks.example/', ...JSON.parse(`{${sent.slice(1, -1)}}`) }
    const errors = [...explainBody({ node })]

    expect(errors.map((error) => [`\`${error.path}\``, error.message])).toEqual([[path, message]])
  })
})

describe.each(failureCodes)('the entry of %s', (code) => {
  it('has the title, the blame and the repeat of the code', () => {
    const { title, blame } = failures[code]
    const delivered = deliveredIn(entry(code))
    const repeat = [...new Set(delivered.map((certainty) => findSafetyAfterFailure(code, certainty)))]

    expect(entry(code)).toContain(`**${title}**\n`)
    expect(factsIn(entry(code))).toMatchObject({ blame: [blame], repeat })
  })

  it('says that nothing was delivered where nothing is sent in that phase', () => {
    const delivered = deliveredIn(entry(code))

    if (sendsNothing.has(failures[code].phase)) expect(delivered).toEqual(['no'])
    expect(delivered).not.toEqual([])
  })

  it('names cause and cure', () => {
    expect(entry(code)).toMatch(/^\*\*Cause\.\*\* \S/m)
    expect(entry(code)).toMatch(/^\*\*Cure\.\*\* \S/m)
  })

  it('is called reserved where no call ends so, and only there', () => {
    expect(entry(code).includes('Reserved: this version')).toBe(!isReported(code))
  })
})

describe('the entry of expectation_unmet', () => {
  const rows = [...entry('expectation_unmet').matchAll(/^\| (.*?\d.*?) \| `(\w+)` \| `(\w+)` \|/gm)]
  const cases = rows.flatMap(([, statuses = '', blame, repeat]) =>
    [...statuses.matchAll(/\d{3}/g)].map(([status]) => ({ status: Number(status), blame, repeat })),
  )

  it.each(cases)('says of $status what a reply says', ({ status, blame, repeat }) => {
    expect({ blame: blameFor(status), repeat: repeatFor(status) }).toEqual({ blame, repeat })
  })

  it('speaks of the statuses that matter', () => {
    expect(cases.map(({ status }) => status)).toEqual(
      expect.arrayContaining([201, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503]),
    )
  })
})

const sendsNothing: ReadonlySet<Phase> = new Set(['rendering', 'address', 'dns', 'connecting'])

/** The codes that are headings, of the chapters that are asked for. */
function namesIn(isWanted: (chapter: string) => boolean): string[] {
  const chapters = page.split(/^## /m).slice(1)
  return chapters
    .filter((chapter) => isWanted(chapter.slice(0, chapter.indexOf('\n'))))
    .flatMap((chapter) => [...chapter.matchAll(/^### (.+)$/gm)].map(([, name = '']) => name))
}

function entry(code: string): string {
  const [, text] = page.split(new RegExp(`^### ${code}$`, 'm'))
  if (text === undefined) throw new Error(`docs/errors.md has no entry for ${code}`)
  return text.split(/^##/m)[0] ?? ''
}

/** The line of facts: ``blame `target` · delivered `no` or `maybe` · repeat `never` ``. */
function factsIn(text: string): Readonly<Record<string, readonly string[]>> {
  const [line = ''] = /^blame .*$/m.exec(text) ?? []
  const facts = line.split(' · ').map((fact) => {
    const words = [...fact.matchAll(/`(\w+)`/g)].map(([, word = '']) => word)
    return [fact.slice(0, fact.indexOf(' ')), words] as const
  })
  return Object.fromEntries(facts)
}

function deliveredIn(text: string): readonly Delivered[] {
  const isDelivered = (word: string): word is Delivered => ['no', 'maybe', 'yes'].includes(word)
  return (factsIn(text).delivered ?? []).filter(isDelivered)
}

/** Whether anything but the table of failures speaks of a code. */
function isReported(code: FailureCode): boolean {
  return globSync('src/**/*.ts', { cwd: root })
    .filter((file) => file !== 'src/contract/failure.ts')
    .some((file) => new RegExp(`\\b${code}\\b`).test(read(file)))
}

function blameFor(status: number): string | null {
  const node = { method: 'POST' as const, url: 'https://hooks.example/', expect: anotherStatus }
  const compiled = compileNode(node, { maxTimeoutMs: 10_000 })
  if (!compiled.ok) throw new Error('the node is not well formed')
  const response = new ReadableResponse(responseWith(status), noMaskers)
  return decideOnResponse(compiled.node, response, { variables: {}, secrets: noSecrets }).reason.blame
}

function repeatFor(status: number): string {
  return judgeRetrySafety([
    {
      purpose: 'call',
      startedAt: new Date(0),
      durationMs: 0,
      outcome: { kind: 'responded', response: responseWith(status) },
      delivered: 'yes',
      connectionReused: false,
      timings: { queueMs: 0, dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, downloadMs: 0 },
    },
  ])
}

/** One that no row of the page has. */
const anotherStatus = { type: 'status' as const, value: 299 }

function responseWith(status: number) {
  return { status, headers: [], body: Buffer.alloc(0), ending: 'complete' as const }
}
