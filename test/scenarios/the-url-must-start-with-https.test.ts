import { describe, expect, it } from 'vitest'
import type { CertificateOptions } from '../../testkit/certificates.ts'
import { createAuthority } from '../../testkit/certificates.ts'
import { daysFromNow } from '../support/days.ts'
import { json } from '../support/receiver.ts'
import { authority, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a node with a URL', () => {
  it('sends to an https:// address with a sound certificate', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'GET', url: `${target.url}/hook` } })

    expect(reply).toMatchObject({ branch: 'success', delivered: 'yes' })
    expect(target.received).toMatchObject([{ method: 'GET', target: '/hook' }])
  })

  it.each([
    'http://api.example.com/hook',
    'ftp://api.example.com/hook',
    '//api.example.com/hook',
    'api.example.com/hook',
    'https:/api.example.com',
    '',
  ])('refuses %j with the path of the URL', async (url) => {
    const { post } = await service()

    const { status, body } = await post('/v1/execute', { node: { method: 'GET', url } })

    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path: '/node/url' }] })
  })

  it.each<{ certificate: string; options: CertificateOptions; code: string }>([
    { certificate: 'has expired', options: { notAfter: daysFromNow(-1) }, code: 'tls_cert_expired' },
    {
      certificate: 'is not valid yet',
      options: { notBefore: daysFromNow(1), notAfter: daysFromNow(2) },
      code: 'tls_cert_not_yet_valid',
    },
    {
      certificate: 'is for another name',
      options: { names: ['elsewhere.example'], addresses: [] },
      code: 'tls_name_mismatch',
    },
  ])(
    'takes the error branch, with nothing sent, where the certificate $certificate',
    async ({ options, code }) => {
      const target = await receiver(json(200, {}), { credentials: await authority.issue(options) })
      const { execute } = await service()

      const reply = await execute({ node: { method: 'GET', url: target.url } })

      expect(reply).toMatchObject({ branch: 'error', reason: { code, path: '/node/url' }, delivered: 'no' })
      expect(target.received).toEqual([])
    },
  )

  it('takes the error branch, with nothing sent, where no known authority has signed the certificate', async () => {
    const stranger = await createAuthority('A stranger')
    const target = await receiver(json(200, {}), { credentials: await stranger.issue() })
    const { execute } = await service()

    const reply = await execute({ node: { method: 'GET', url: target.url } })

    expect(reply).toMatchObject({ branch: 'error', reason: { code: 'tls_untrusted' }, delivered: 'no' })
    expect(target.received).toEqual([])
  })
})
