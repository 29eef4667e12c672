import { describe, expect, it } from 'vitest'
import { explainUnmet } from '../../../src/webhook/response/unmet-condition.ts'
import { createResponse, createScope } from '../support/responses.ts'

describe('the explanation of a condition that is not met', () => {
  it.each([
    ['and', (inner: string) => `profile.isKnown and (${inner})`],
    ['or', (inner: string) => `(profile.isKnown == false or (${inner})) and profile.isKnown`],
  ])('evaluates each comparison about once, however deep "%s" is nested', (_joint, nest) => {
    let reads = 0
    const profile = {
      get isKnown() {
        reads += 1
        return true
      },
    }
    const depth = 18
    let condition = 'response.status == 500'
    for (let level = 0; level < depth; level++) condition = nest(condition)
    const response = createResponse({ status: 200 })

    const clue = explainUnmet(condition, response, createScope(response, { profile }))

    expect(clue?.text).toContain('response.status is 200, not 500.')
    expect(reads).toBeLessThanOrEqual(4 * depth)
  })
})
