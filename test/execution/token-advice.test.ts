import { describe, expect, it } from 'vitest'
import { adviseOnRefusal } from '../../src/execution/token-advice.ts'
import { outbound } from '../support/egress-client.ts'

const request = outbound(443)
const inHeader = {
  path: '/node/auth',
  request: { ...request, headers: [['Authorization', 'Basic eDp5']] as const },
}
const inBody = { path: '/node/auth', request }

const entra =
  "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'x'."

describe('the advice on a client that its token endpoint refuses', () => {
  it.each<[error: string, description: string, member: string, cure: string]>([
    ['invalid_client', entra, 'clientSecret', 'Correct "clientSecret"'],
    ['invalid_client', 'The provided client secret is invalid.', 'clientSecret', 'Correct "clientSecret"'],
    ['invalid_client', 'The OAuth client was not found.', 'clientId', 'Correct "clientId"'],
    ['invalid_client', "Invalid value for 'client_id' parameter.", 'clientId', 'Correct "clientId"'],
    ['invalid_client_id', 'client identifier invalid', 'clientId', 'Correct "clientId"'],
    [
      'unauthorized_client',
      "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.",
      'clientId',
      'Correct "clientId"',
    ],
    ['invalid_client', 'Unsupported authentication method', 'clientAuth', 'to "body"'],
    [
      'invalid_client',
      'Invalid client id or client secret',
      'clientSecret',
      'Check "clientId" and "clientSecret"',
    ],
    ['invalid_client', 'client_secret is required', 'clientSecret', 'and "clientAuth"'],
    ['invalid_client', '', 'clientSecret', 'and "clientAuth"'],
  ])('of %s, %j, is about %s', (error, description, member, cure) => {
    expect(adviseOnRefusal({ error, description }, inHeader)).toEqual({
      path: `/node/auth/${member}`,
      hint: expect.stringContaining(cure),
    })
  })

  it('names the one wrong member only', () => {
    const { hint } = adviseOnRefusal({ error: 'invalid_client', description: entra }, inBody) ?? {}
    expect(hint).not.toMatch(/clientId|clientAuth/)
  })

  it('does not ask for the form that the node has', () => {
    const hintOf = (description: string) =>
      adviseOnRefusal({ error: 'invalid_client', description }, inBody)?.hint
    expect(hintOf('')).toBe('Check "clientId" and "clientSecret" in "auth".')
    expect(hintOf('Unsupported authentication method')).toContain('to "basic"')
  })
})
