import { describe, expect, it } from 'vitest'
import {
  type Delivered,
  failureCodes,
  failures,
  findSafetyAfterFailure,
  type Phase,
} from '../../src/contract/failure.ts'
import { compileNode } from '../../src/webhook/compile.ts'
import { decideOnResponse } from '../../src/webhook/decide.ts'
import { noMaskers, ReadableResponse } from '../../src/webhook/response/readable-response.ts'
import { judgeRetrySafety } from '../../src/webhook/retry-safety.ts'
import { noSecrets } from '../../src/webhook/template/render-context.ts'
import { attempt } from '../execution/support/executions.ts'
import { complaintsAbout, sentencesOf } from '../support/hints.ts'

/** What a call that ends in a phase may have delivered. */
const deliveredIn: Readonly<Record<Phase, readonly Delivered[]>> = {
  rendering: ['no'],
  authorizing: ['no'],
  address: ['no'],
  dns: ['no'],
  connecting: ['no'],
  tls: ['no', 'maybe'],
  sending: ['maybe'],
  responding: ['maybe', 'yes'],
  service: ['no'],
}

describe.each(failureCodes)('the hint of %s', (code) => {
  const { blame, hint, title, phase } = failures[code]

  it.each(deliveredIn[phase])('agrees with its blame and its repeat, delivered %s', (delivered) => {
    const repeat = findSafetyAfterFailure(code, delivered)

    expect(complaintsAbout({ message: `${title}.`, hint, blame, repeat })).toEqual([])
  })

  it('has no sentence of another one', () => {
    const others = failureCodes.filter((other) => other !== code)
    const said = new Set(others.flatMap((other) => sentencesOf(failures[other].hint)))

    expect(sentencesOf(hint).filter((sentence) => said.has(sentence))).toEqual([])
  })
})

describe('the hint of a status', () => {
  const statuses = Array.from({ length: 500 }, (_, index) => 100 + index)

  it('never asks for another try that cannot help, from 100 to 599', () => {
    const contradictions = statuses.flatMap((status) => {
      const { hint, blame, repeat } = explain(status)
      if (hint === null || hint === '') return [[status, 'no hint']]
      if (repeat === 'never' && /\btry again\b|\brepeat it\b|\bagain later\b/i.test(hint))
        return [[status, hint]]
      return blame === null ? [[status, 'no blame']] : []
    })

    expect(contradictions).toEqual([])
  })
})

function explain(status: number) {
  const node = { method: 'POST' as const, url: 'https://hooks.example/', expect: anotherStatus }
  const compiled = compileNode(node, { maxTimeoutMs: 10_000 })
  if (!compiled.ok) throw new TypeError('the node is not well formed')
  const response = { status, headers: [], body: Buffer.alloc(0), ending: 'complete' as const }
  const scope = { variables: {}, secrets: noSecrets }
  const { reason } = decideOnResponse(compiled.node, new ReadableResponse(response, noMaskers), scope)
  return { ...reason, repeat: judgeRetrySafety([attempt({ kind: 'responded', response })]) }
}

/** One that is not among those that are tried. */
const anotherStatus = { type: 'status' as const, value: 999 }
