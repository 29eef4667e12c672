import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AddressPolicyOptions,
  createAddressPolicy,
  type Denial,
} from '../../../src/egress/policy/address-policy.ts'
import { parseNat64Prefix } from '../../../src/egress/policy/ip-address.ts'
import { metadataAddresses } from '../../../src/egress/policy/metadata-addresses.ts'
import { rules } from '../../support/egress-client.ts'

const https = { host: 'hooks.example.com', port: 443 }

function policy(options: Partial<AddressPolicyOptions> = {}) {
  const own = { address: '0.0.0.0', port: 3000 }
  return createAddressPolicy({ allow: [], deny: [], only: [], own, nat64: [], interfaces: [], ...options })
}

describe('the default policy for addresses', () => {
  const { refuseAddress } = policy()

  it.each<readonly [name: Denial, before: string, first: string, last: string, after: string]>([
    ['private', '9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
    ['shared', '100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ['loopback', '126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ['link_local', '169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ['private', '172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ['protocol_assignment', '191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0'],
    ['documentation', '192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'],
    ['as112', '192.31.195.255', '192.31.196.0', '192.31.196.255', '192.31.197.0'],
    ['relay', '192.52.192.255', '192.52.193.0', '192.52.193.255', '192.52.194.0'],
    ['relay', '192.88.98.255', '192.88.99.0', '192.88.99.255', '192.88.100.0'],
    ['private', '192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ['as112', '192.175.47.255', '192.175.48.0', '192.175.48.255', '192.175.49.0'],
    ['benchmarking', '198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
    ['documentation', '198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0'],
    ['documentation', '203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
    ['protocol_assignment', '2000:ffff:ffff::', '2001::', '2001:1ff:ffff::', '2001:200::'],
    ['documentation', '2001:db7:ffff::', '2001:db8::', '2001:db8:ffff:ffff::', '2001:db9::'],
    ['relay', '2001:ffff:ffff::', '2002::', '2002:ffff:ffff::', '2003::'],
    ['as112', '2620:4f:7fff::', '2620:4f:8000::', '2620:4f:8000:ffff::', '2620:4f:8001::'],
  ])('refuses %s from %s on', (denial, before, first, last, after) => {
    const judge = (address: string) => refuseAddress(address, https)
    expect([before, first, last, after].map(judge)).toEqual([null, denial, denial, null])
  })

  it.each<readonly [Denial, string]>([
    ['this_network', '0.0.0.0'],
    ['this_network', '0.255.255.255'],
    ['multicast', '224.0.0.0'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.0'],
    ['reserved', '255.255.255.255'],
    ['this_network', '::'],
    ['loopback', '::1'],
    ['reserved', '::2'],
    ['reserved', '::127.0.0.1'], //             IPv4-compatible, RFC 4291
    ['reserved', '::ffff:0:127.0.0.1'], //      SIIT, RFC 7915
    ['reserved', '64:ff9b:1::a00:5'], //        local NAT64, RFC 8215
    ['reserved', '100::1'], //                  discard only, RFC 6666
    ['reserved', '1fff:ffff::'], //             just below global unicast
    ['documentation', '3fff::'],
    ['documentation', '3fff:fff:ffff::'],
    ['reserved', '4000::'], //                  just above global unicast
    ['reserved', '5f00::1'], //                 SRv6, RFC 9602
    ['private', 'fc00::'],
    ['private', 'fdff:ffff::'],
    ['link_local', 'fe80::1'],
    ['link_local', 'febf:ffff::'],
    ['reserved', 'fec0::1'], //                 site-local, RFC 3879
    ['multicast', 'ff02::1'],
    ['not_an_address', '127.1'],
    ['not_an_address', 'fe80::1%eth0'],
    ['not_an_address', ''],
  ])('refuses %s: %s', (denial, address) => {
    expect(refuseAddress(address, https)).toBe(denial)
  })

  it.each(['1.1.1.1', '223.255.255.255', '2000::1', '2606:4700:4700::1111', '3ffe:ffff::1', '3fff:1000::'])(
    'lets %s pass',
    (address) => {
      expect(refuseAddress(address, https)).toBeNull()
    },
  )

  it('judges an IPv4 address the same when an IPv6 address embeds it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const verdict = refuseAddress(address, https)
        expect(refuseAddress(`::ffff:${address}`, https)).toBe(verdict)
        expect(refuseAddress(`64:ff9b::${address}`, https)).toBe(verdict)
      }),
    )
  })

  it('refuses an IPv6 address outside of 2000::/3 that embeds no IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (/^(2|3)[0-9a-f]{3}:|^(::ffff:|64:ff9b::)/i.test(address)) return
        expect(refuseAddress(address, https)).not.toBeNull()
      }),
    )
  })

  it('refuses the addresses of the machine itself, public ones too', () => {
    const { refuseAddress } = policy({ interfaces: ['198.13.7.9', '2606:4700::9'] })
    expect(refuseAddress('198.13.7.9', https)).toBe('own_interface')
    expect(refuseAddress('::ffff:198.13.7.9', https)).toBe('own_interface')
    expect(refuseAddress('2606:4700::9', https)).toBe('own_interface')
    expect(refuseAddress('198.13.7.10', https)).toBeNull()
  })
})

describe('the default policy for names and ports', () => {
  const { refuseTarget, refuseAddress } = policy()

  it.each([
    'localhost',
    'foo.localhost',
    'router.local',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'db.internal',
    'metadata.google.internal',
    'metadata.goog',
    'metadata.tencentyun.com',
    'instance-data.ec2.internal',
    'instance-data.example',
    'nas.lan',
    'box.home.arpa',
    'abc.onion',
    'x.invalid',
    'intranet',
    'internal',
  ])('refuses %s by name', (host) => {
    expect(refuseTarget({ host, port: 443 })).toBe('special_name')
  })

  it.each([
    'hooks.example.com',
    '2606:4700::9', // judged as an address, later
    'localhost.example.com',
    'mylocal.example',
    'svc.example',
    'my-internal.com',
    'etadata.goog',
    'a.metadata.goog',
    'metadata.goog.example.com',
    'nstance-data.example.com',
    'a.instance-data.example.com',
  ])('lets %s pass', (host) => {
    expect(refuseTarget({ host, port: 443 })).toBeNull()
  })

  it.each([1, 22, 25, 6667, 10_080])('refuses port %i before and after DNS', (port) => {
    expect(refuseTarget({ ...https, port })).toBe('bad_port')
    expect(refuseAddress('1.1.1.1', { ...https, port })).toBe('bad_port')
  })

  it.each([80, 443, 8080, 8443, 65_535])('lets port %i pass', (port) => {
    expect(refuseTarget({ ...https, port })).toBeNull()
    expect(refuseAddress('1.1.1.1', { ...https, port })).toBeNull()
  })
})

describe('a target that no setting opens', () => {
  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '::169.254.169.254', //                       compatible
    '::ffff:0:169.254.169.254', //                translated
    '2002:a9fe:a9fe::', //                        6to4
    '2002:a9fe:a9fe:1:2:3:4:5',
    '2001:0:4136:e378:8000:63bf:5601:5601', //    a client of Teredo
    '2001:0:a9fe:a9fe:8000:63bf:3fff:fdd2', //    a server of Teredo
    '64:ff9b:1::a9fe:a9fe', //                    NAT64 of one network
    '64:ff9b:1:a9fe:a9:fe00::',
    'fe80::5efe:169.254.169.254', //              ISATAP
    '2a00:1450::200:5efe:a9fe:a9fe',
    '2a00:1450:64::a9fe:a9fe', //                 NAT64 with a prefix that no setting names
    '2002:6464:64c8::1', //                       Alibaba's behind 6to4
    ...metadataAddresses.map(([address]) => address),
  ])('is the metadata service at %s', (address) => {
    const allow = rules('0.0.0.0/0', '::/0', '::ffff:0:0/96', '64:ff9b::/96', address, 'hooks.example.com')
    const { refuseAddress } = policy({ allow })
    expect(refuseAddress(address, https)).toBe('metadata')
  })

  it.each([
    ['127.0.0.1', '0.0.0.0'],
    ['127.9.9.9', '0.0.0.0'],
    ['0.0.0.0', '0.0.0.0'],
    ['::1', '::'],
    ['::', '::'],
    ['10.1.2.3', '0.0.0.0'],
    ['::ffff:10.1.2.3', '::'],
    ['127.0.0.1', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['10.1.2.3', '10.1.2.3'],
    ['127.0.0.1', '::ffff:127.0.0.1'],
    ['127.9.9.9', '::ffff:0.0.0.0'],
    ['2002:7f00:1::', '0.0.0.0'],
    ['2002:0a01:0203::1', '::'],
    ['2002:0a01:0203::1', '10.1.2.3'],
    ['2001:0:4136:e378:8000:63bf:f5fe:fdfc', '10.1.2.3'],
    ['fe80::5efe:10.1.2.3', '10.1.2.3'],
    ['::10.1.2.3', '10.1.2.3'],
  ])('is the service itself: %s while that listens on %s', (address, listening) => {
    const { refuseAddress } = policy({
      allow: rules('0.0.0.0/0', '::/0', 'hooks.example.com'),
      own: { address: listening, port: 3000 },
      interfaces: ['10.1.2.3'],
    })
    expect(refuseAddress(address, { ...https, port: 3000 })).toBe('own_listener')
    expect(refuseAddress(address, { ...https, port: 3001 })).toBeNull()
  })

  it('is not a neighbour of a service that listens on one address', () => {
    const { refuseAddress } = policy({ allow: rules('10.0.0.0/8'), own: { address: '10.1.2.3', port: 443 } })
    expect(refuseAddress('10.1.2.4', https)).toBeNull()
    expect(refuseAddress('10.1.2.3', https)).toBe('own_listener')
  })
})

describe('EGRESS_ALLOW', () => {
  it('opens the addresses of a range under any name', () => {
    const { refuseAddress } = policy({ allow: rules('10.0.0.0/8') })
    expect(refuseAddress('10.9.9.9', https)).toBeNull()
    expect(refuseAddress('::ffff:10.9.9.9', https)).toBeNull()
    expect(refuseAddress('192.168.0.1', https)).toBe('private')
  })

  it('opens no embedded IPv4 address by a range of IPv6 that is not meant for it', () => {
    const all = policy({ allow: rules('::/0') })
    expect(all.refuseAddress('fd00::1', https)).toBeNull()
    expect(all.refuseAddress('::ffff:10.9.9.9', https)).toBe('private')
    expect(all.refuseAddress('64:ff9b::10.9.9.9', https)).toBe('private')
    const meant = policy({ allow: rules('64:ff9b::10.0.0.0/104') })
    expect(meant.refuseAddress('64:ff9b::10.9.9.9', https)).toBeNull()
    expect(meant.refuseAddress('10.9.9.9', https)).toBe('private')
  })

  it('does not open a special name by a range', () => {
    const { refuseTarget } = policy({ allow: rules('10.0.0.0/8') })
    expect(refuseTarget({ host: 'db.internal', port: 443 })).toBe('special_name')
  })

  it('opens a name, and for that name all addresses', () => {
    const { refuseTarget, refuseAddress } = policy({ allow: rules('db.internal') })
    const target = { host: 'db.internal', port: 443 }
    expect(refuseTarget(target)).toBeNull()
    expect(refuseAddress('10.0.0.1', target)).toBeNull()
    expect(refuseAddress('10.0.0.1', https)).toBe('private')
    expect(refuseTarget({ host: 'other.internal', port: 443 })).toBe('special_name')
  })

  it('opens all names below a suffix, not the suffix itself', () => {
    const { refuseTarget } = policy({ allow: rules('*.internal') })
    expect(refuseTarget({ host: 'a.b.internal', port: 443 })).toBeNull()
    expect(refuseTarget({ host: 'internal', port: 443 })).toBe('special_name')
    expect(refuseTarget({ host: 'xinternal', port: 443 })).toBe('special_name')
  })

  it('opens no other port than the one it names', () => {
    const { refuseAddress, refuseTarget } = policy({ allow: rules('10.0.0.0/8:8443', 'db.internal:8443') })
    expect(refuseAddress('10.0.0.1', { ...https, port: 8443 })).toBeNull()
    expect(refuseAddress('10.0.0.1', https)).toBe('private')
    expect(refuseTarget({ host: 'db.internal', port: 8443 })).toBeNull()
    expect(refuseTarget({ host: 'db.internal', port: 443 })).toBe('special_name')
  })

  it('opens a bad port only by its number', () => {
    const smtp = { host: 'mail.example.com', port: 25 }
    expect(policy({ allow: rules('mail.example.com') }).refuseTarget(smtp)).toBe('bad_port')
    expect(policy({ allow: rules('mail.example.com:25') }).refuseTarget(smtp)).toBeNull()
    expect(policy({ allow: rules('mail.example.com:25') }).refuseAddress('1.1.1.1', smtp)).toBeNull()
    expect(policy({ allow: rules('10.0.0.0/8') }).refuseAddress('10.0.0.1', smtp)).toBe('bad_port')
  })

  it('leaves a bad port of a name undecided until its addresses are known', () => {
    const { refuseTarget, refuseAddress } = policy({ allow: rules('10.0.0.0/8:25') })
    const smtp = { host: 'mail.example.com', port: 25 }
    expect(refuseTarget(smtp)).toBeNull()
    expect(refuseAddress('10.0.0.1', smtp)).toBeNull()
    expect(refuseAddress('1.1.1.1', smtp)).toBe('bad_port')
  })
})

describe('EGRESS_DENY', () => {
  it('closes what is public, and what EGRESS_ALLOW opens', () => {
    const { refuseAddress, refuseTarget } = policy({
      allow: rules('10.0.0.0/8', 'evil.example'),
      deny: rules('1.1.1.0/24', '10.6.6.6', 'evil.example', '*.evil.example', '8.8.8.8:8443'),
    })
    expect(refuseAddress('1.1.1.1', https)).toBe('denied_by_operator')
    expect(refuseAddress('64:ff9b::1.1.1.1', https)).toBe('denied_by_operator')
    expect(refuseAddress('10.6.6.6', https)).toBe('denied_by_operator')
    expect(refuseAddress('8.8.8.8', https)).toBeNull()
    expect(refuseAddress('8.8.8.8', { ...https, port: 8443 })).toBe('denied_by_operator')
    expect(refuseTarget({ host: 'evil.example', port: 443 })).toBe('denied_by_operator')
    expect(refuseTarget({ host: 'a.evil.example', port: 443 })).toBe('denied_by_operator')
  })

  it('closes no other port than the one that it names', () => {
    const { refuseTarget } = policy({ deny: rules('evil.example:8443', '*.evil.example:8443') })
    const denials = [443, 8443].flatMap((port) =>
      ['evil.example', 'a.evil.example'].map((host) => refuseTarget({ host, port })),
    )
    expect(denials).toEqual([null, null, 'denied_by_operator', 'denied_by_operator'])
  })

  it('closes an IPv4 address in every form', () => {
    const { refuseAddress } = policy({ allow: rules('::/0'), deny: rules('10.0.0.0/8') })
    expect(refuseAddress('2002:0a00:0001::', https)).toBe('denied_by_operator')
    expect(refuseAddress('2001:0:4136:e378:8000:63bf:f5ff:fffe', https)).toBe('denied_by_operator')
    expect(refuseAddress('2002:0b00:0001::', https)).toBeNull()
  })

  it('does not take :: and ::1 for an embedded IPv4 address', () => {
    const { refuseAddress } = policy({ allow: rules('::1'), deny: rules('0.0.0.0/0') })
    expect(refuseAddress('::1', https)).toBeNull()
  })

  it('closes NAT64 as a whole where it names the prefix', () => {
    const { refuseAddress } = policy({ deny: rules('64:ff9b::/96') })
    expect(refuseAddress('64:ff9b::1.1.1.1', https)).toBe('denied_by_operator')
    expect(refuseAddress('1.1.1.1', https)).toBeNull()
  })
})

describe('EGRESS_ONLY', () => {
  const only = rules('hooks.example.com', '*.crm.example', '203.0.114.7')

  it('leaves out every host that it does not name', () => {
    const { refuseTarget, refuseAddress } = policy({ only })
    expect(refuseTarget(https)).toBeNull()
    expect(refuseTarget({ host: 'api.crm.example', port: 443 })).toBeNull()
    expect(refuseTarget({ host: 'other.example.com', port: 443 })).toBe('not_in_egress_only')
    expect(refuseAddress('203.0.114.7', { host: '203.0.114.7', port: 443 })).toBeNull()
    expect(refuseAddress('203.0.114.8', { host: '203.0.114.8', port: 443 })).toBe('not_in_egress_only')
  })

  it('opens nothing', () => {
    const { refuseTarget, refuseAddress } = policy({
      only: rules('hooks.example.com', 'db.internal', '10.0.0.1'),
    })
    expect(refuseAddress('10.0.0.5', https)).toBe('private')
    expect(refuseTarget({ host: 'db.internal', port: 443 })).toBe('special_name')
    expect(refuseAddress('10.0.0.1', { host: '10.0.0.1', port: 443 })).toBe('private')
  })

  it('gives way to EGRESS_ALLOW', () => {
    const { refuseTarget, refuseAddress } = policy({ only, allow: rules('10.0.0.0/8', 'other.example.com') })
    expect(refuseTarget({ host: 'other.example.com', port: 443 })).toBeNull()
    expect(refuseAddress('10.0.0.1', { host: '10.0.0.1', port: 443 })).toBeNull()
  })

  it('gives way to a range of EGRESS_ALLOW once the answers for a name are known', () => {
    const { refuseTarget, refuseAddress } = policy({ only, allow: rules('10.0.0.0/8:443') })
    const target = { host: 'other.example.com', port: 443 }
    expect(refuseTarget(target)).toBeNull()
    expect(refuseAddress('10.0.0.1', target)).toBeNull()
    expect(refuseAddress('1.1.1.1', target)).toBe('not_in_egress_only')
    expect(refuseTarget({ ...target, port: 8443 })).toBe('not_in_egress_only')
    expect(refuseTarget({ host: 'db.internal', port: 443 })).toBe('special_name')
  })

  it('names an address in all its spellings', () => {
    const { refuseAddress } = policy({ only })
    const address = '::ffff:203.0.114.7'
    expect(refuseAddress(address, { host: address, port: 443 })).toBeNull()
  })

  it('gives way to EGRESS_DENY', () => {
    const { refuseTarget } = policy({ only, deny: rules('hooks.example.com') })
    expect(refuseTarget(https)).toBe('denied_by_operator')
  })
})

describe('a prefix of NAT64 that the operator names', () => {
  it.each([
    ['2001:db8:64::7f00:1', 'loopback'],
    ['2001:db8:64::a9fe:a9fe', 'metadata'],
    ['2001:db8:64::5db8:d70e', null],
  ])('lets %s be judged as the address that it embeds', (address, denial) => {
    const nat64 = [parseNat64Prefix('2001:db8:64::/96')].filter((range) => range !== null)

    expect(policy({ nat64 }).refuseAddress(address, { host: address, port: 443 })).toBe(denial)
  })
})
