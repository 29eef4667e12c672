import { describe, expect, it } from 'vitest'
import { contradictionsIn } from '../support/hints.ts'
import type { Answer } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { anyShapeCalls } from './support/any-shape-calls.ts'
import { apiCalls } from './support/api-calls.ts'
import { bodyErrorCalls } from './support/body-error-calls.ts'
import { type BrokenCall, brokenCalls } from './support/broken-calls.ts'
import { evidenceCalls } from './support/evidence-calls.ts'
import { insideCalls } from './support/inside-calls.ts'
import { misplacedCalls } from './support/misplaced-calls.ts'
import { misreadCalls } from './support/misread-calls.ts'
import { ordinaryCalls } from './support/ordinary-calls.ts'
import { placedCalls } from './support/placed-calls.ts'
import { textBodyCalls } from './support/text-body-calls.ts'
import { toldElsewhereCalls } from './support/told-elsewhere-calls.ts'
import { unnamedCalls } from './support/unnamed-calls.ts'
import { valueTypeCalls } from './support/value-type-calls.ts'
import { weighedCalls } from './support/weighed-calls.ts'

describe('the reason of a broken call', () => {
  it.each([
    ...brokenCalls,
    ...misreadCalls,
    ...evidenceCalls,
    ...bodyErrorCalls,
    ...apiCalls,
    ...anyShapeCalls,
    ...textBodyCalls,
    ...ordinaryCalls,
    ...insideCalls,
    ...toldElsewhereCalls,
    ...placedCalls,
    ...valueTypeCalls,
    ...misplacedCalls,
    ...unnamedCalls,
    ...weighedCalls,
  ])('names cause and cure of $what, and agrees with blame and repeat', async (call) => {
    const { reason, repeat, host } = await play(call)
    const hint = call.hint.replace('{target}', host)

    expect(reason).toMatchObject({ code: 'expectation_unmet', hint, path: call.path })
    expect(contradictionsIn({ ...reason, repeat })).toEqual([])
  })
})

async function play(
  { node: { path = '/v1/leads', ...node }, payload, secrets, answer }: BrokenCall,
  rest = {},
) {
  const target = await receiver(answering(answer))
  const { execute } = await service()
  const reply = await execute({
    node: { method: 'POST', url: `${target.url}${path}`, ...node },
    payload,
    secrets,
    ...rest,
  })
  return { ...reply, host: new URL(target.url).host }
}

function answering({ status, headers = {}, body = '' }: BrokenCall['answer']): Answer {
  const isText = typeof body === 'string'
  const label = isText ? {} : { 'content-type': 'application/json' }
  return (_request, response) => {
    response.writeHead(status, { ...label, ...headers }).end(isText ? body : JSON.stringify(body))
  }
}
