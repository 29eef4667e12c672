import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const branches = { success: 'yes', error: 'no', exit: 'exit' }

describe('a node with onError', () => {
  it.each([
    { onError: undefined, branch: 'no' },
    { onError: 'error', branch: 'no' },
    { onError: 'success', branch: 'yes' },
    { onError: 'exit', branch: 'exit' },
  ])('takes $branch after an error where onError is $onError', async ({ onError, branch }) => {
    const target = await receiver(json(500, {}))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, branches, onError } })

    expect(reply).toMatchObject({ branch, succeeded: false, reason: { code: 'expectation_unmet' } })
  })

  it('takes the same branch where no response came', async () => {
    const { execute } = await service({ allow: '' })

    const reply = await execute({
      node: { method: 'POST', url: 'https://127.0.0.1/', branches, onError: 'exit' },
    })

    expect(reply).toMatchObject({ branch: 'exit', succeeded: false, reason: { code: 'address_denied' } })
  })

  it('takes Yes after a success, whatever onError says', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, branches, onError: 'exit' } })

    expect(reply).toMatchObject({ branch: 'yes', succeeded: true })
  })

  it('uses the plain names where the engine has none of its own', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, branches: { error: 'no' } } })

    expect(reply.branch).toBe('success')
  })
})
