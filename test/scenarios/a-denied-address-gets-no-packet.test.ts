import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { silent } from '../../testkit/raw-server.ts'
import { dnsServer, rawServer } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a denied address', () => {
  it.each([
    { host: '127.0.0.1', spelling: 'as it is' },
    { host: '2130706433', spelling: 'as one number' },
    { host: '0x7f.1', spelling: 'in hexadecimal' },
    { host: '0177.0.0.1', spelling: 'in octal' },
    { host: '①②⑦.0.0.1', spelling: 'in circled digits' },
    { host: '127.0.0.1.', spelling: 'with a final dot' },
    { host: '[::ffff:127.0.0.1]', spelling: 'as an IPv6 address' },
    { host: '[64:ff9b::7f00:1]', spelling: 'behind NAT64' },
    { host: '0.0.0.0', spelling: 'as any address' },
    { host: 'localhost', spelling: 'by name' },
    { host: 'a.localhost', spelling: 'by a longer name' },
  ])('gets no packet $spelling: $host', async ({ host }) => {
    const target = await rawServer(silent)
    const { execute } = await service({ allow: '' })

    const reply = await execute({ node: { method: 'GET', url: `https://${host}:${target.port}/` } })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'address_denied', blame: 'node', path: '/node/url' },
      delivered: 'no',
      repeat: 'never',
      response: null,
    })
    expect(target.connections()).toBe(0)
  })

  it.each([
    { answers: 'with a private address', zone: { a: ['127.0.0.1'] } },
    { answers: 'with a public and a private one', zone: { a: ['93.184.215.14', '127.0.0.1'] } },
    { answers: 'with a private one in IPv6', zone: { aaaa: ['::1'] } },
    { answers: 'with an alias of a private one', zone: { cname: 'inside.example', a: ['127.0.0.1'] } },
  ])('gets no packet where DNS answers $answers', async ({ zone }) => {
    const target = await rawServer(silent)
    const dns = await dnsServer({ 'hooks.example': zone })
    const { execute } = await service({ allow: '', dns: dns.address })

    const reply = await execute({ node: { method: 'GET', url: `https://hooks.example:${target.port}/` } })

    expect(reply).toMatchObject({ branch: 'error', reason: { code: 'address_denied' }, delivered: 'no' })
    expect(target.connections()).toBe(0)
  })

  it.each(['169.254.169.254', '169.254.170.2', '[fd00:ec2::254]', '100.100.100.200'])(
    'may be the metadata service at %s, whatever the operator opens',
    async (host) => {
      const { execute } = await service({ allow: '0.0.0.0/0,[::]/0' })

      const reply = await execute({ node: { method: 'GET', url: `https://${host}/latest/meta-data/` } })

      expect(reply).toMatchObject({ branch: 'error', reason: { code: 'address_denied' } })
    },
  )

  it('may be the service itself, whatever the operator opens', async () => {
    const { execute, url } = await service()

    const reply = await execute({ node: { method: 'GET', url: url.replace('http:', 'https:') } })

    expect(reply).toMatchObject({ branch: 'error', reason: { code: 'address_denied' } })
  })

  it('may be an address of this machine', async () => {
    const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses)
    const { execute } = await service({ allow: '' })

    const replies = await Promise.all(
      own.map(({ address, family }) => {
        const host = family === 'IPv6' ? `[${address.replace(/%.*/, '')}]` : address
        return execute({ node: { method: 'GET', url: `https://${host}:4433/` } })
      }),
    )

    expect(replies.map(({ reason }) => reason.code)).toEqual(own.map(() => 'address_denied'))
  })

  it('is shown by its class in the reply, and as an address in the log only', async () => {
    const dns = await dnsServer({ 'hooks.example': { a: ['10.11.12.13'] } })
    const { execute, log } = await service({ allow: '', dns: dns.address })

    const reply = await execute({ node: { method: 'GET', url: 'https://hooks.example/' } })

    expect(reply.reason).toMatchObject({
      message: 'The service may not call hooks.example:443: its name leads to a private address.',
      hint: expect.stringContaining('EGRESS_ALLOW=hooks.example:443'),
    })
    expect(JSON.stringify(reply)).not.toContain('10.11.12.13')
    expect(log).toContainEqual(expect.objectContaining({ address: '10.11.12.13', reason: 'private' }))
  })

  it.each([
    ['https://crm.example:6000/', 'the port 6000 is closed', 'EGRESS_ALLOW=crm.example:6000'],
    ['https://crm/', '"crm" is a host name without a dot', 'Write the full name'],
    ['https://crm.local/', '"crm.local" is a .local name', 'EGRESS_ALLOW=crm.local:443'],
    ['https://169.254.169.254/', 'it is a metadata service', 'No setting opens a metadata service'],
  ])('is explained for %s: %s', async (url, message, hint) => {
    const { execute } = await service({ allow: '' })

    const { reason } = await execute({ node: { method: 'GET', url } })

    expect(reason.message).toContain(message)
    expect(reason.hint).toContain(hint)
  })

  it('may be set by EGRESS_DENY, or by EGRESS_ONLY for all others', async () => {
    const dns = await dnsServer({ 'good.example': {}, 'bad.example': {}, 'other.example': {} })
    const settings = { EGRESS_DENY: 'bad.example', EGRESS_ONLY: 'good.example,bad.example' }
    const { execute } = await service({ settings, allow: '', dns: dns.address })

    const codes = await Promise.all(
      ['good', 'bad', 'other'].map(async (name) => {
        const { reason } = await execute({ node: { method: 'GET', url: `https://${name}.example/` } })
        return reason.code
      }),
    )

    expect(codes).toEqual(['dns_not_found', 'address_denied', 'address_denied'])
    expect(new Set(dns.questions)).toEqual(new Set(['A good.example', 'AAAA good.example']))
  })
})
