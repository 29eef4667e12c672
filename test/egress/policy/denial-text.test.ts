import { isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  type AddressPolicyOptions,
  createAddressPolicy,
  type Denial,
  formatTarget,
  type Target,
} from '../../../src/egress/policy/address-policy.ts'
import { parseAddressRule } from '../../../src/egress/policy/address-rule.ts'
import { describeDenial } from '../../../src/egress/policy/denial-text.ts'
import { metadataAddresses } from '../../../src/egress/policy/metadata-addresses.ts'
import { specialNames } from '../../../src/egress/policy/special-names.ts'
import { specialRanges } from '../../../src/egress/policy/special-ranges.ts'
import { rules } from '../../support/egress-client.ts'
import { complaintsAbout } from '../../support/hints.ts'

const options: AddressPolicyOptions = {
  allow: [],
  deny: rules('closed.example'),
  only: [],
  nat64: [],
  own: { address: '127.0.0.1', port: 3000 },
  interfaces: ['198.13.7.9'],
}

/** The verdict on a host of a URL, or on an address that its name leads to. */
function findDenial(target: Target, address: string, allow = options.allow): Denial | null {
  const policy = createAddressPolicy({ ...options, allow })
  return policy.refuseTarget(target) ?? policy.refuseAddress(address, target)
}

function describeTestDenial(host: string, port = 443, address = isIP(host) ? host : '1.1.1.1') {
  const denial = findDenial({ host, port }, address)
  if (denial === null) throw new Error(`${host}:${port} is open`)
  return describeDenial(denial, { host, port }, formatTarget({ host, port }))
}

describe('the text of a denial', () => {
  it.each<readonly [host: string, port: number, what: string]>([
    ['crm.example', 6000, 'the port 6000 is closed'],
    ['1.1.1.1', 25, 'the port 25 is closed'],
    ['crm', 443, '"crm" is a host name without a dot'],
    ['https', 443, 'the scheme stands where its host belongs'],
    ['http', 80, 'the scheme stands where its host belongs'],
    ['crm.local', 443, '"crm.local" is a .local name'],
    ['crm.svc.cluster.local', 443, 'belongs to a local network or a cluster'],
    ['localhost', 443, 'the name of the machine of the service itself'],
    ['db.internal', 443, 'a name that only a private network can resolve'],
    ['router.lan', 443, 'a name that only a private network can resolve'],
    ['crm.invalid', 443, 'a name that no name server resolves'],
    ['metadata.google.internal', 443, 'a name of a metadata service'],
    ['10.0.0.1', 443, 'it is a private address'],
    ['fd00::1', 443, 'it is a private address'],
    ['127.0.0.1', 443, 'it is a loopback address'],
    ['127.0.0.1', 3000, 'it is the service itself'],
    ['169.254.1.1', 443, 'it is a link-local address'],
    ['169.254.169.254', 443, 'it is a metadata service'],
    ['198.13.7.9', 443, 'it is an address of the machine of the service'],
    ['closed.example', 443, 'the operator of the service has closed it'],
  ])('names its class: %s:%i', (host, port, what) => {
    expect(describeTestDenial(host, port).detail).toContain(
      `The service may not call ${formatTarget({ host, port })}: `,
    )
    expect(describeTestDenial(host, port).detail).toContain(what)
  })

  it('names EGRESS_ONLY where that leaves out the host', () => {
    const target = { host: 'crm.example', port: 443 }
    const policy = createAddressPolicy({ ...options, only: rules('other.example') })
    expect(policy.refuseTarget(target)).toBe('not_in_egress_only')
    const { detail, hint } = describeDenial('not_in_egress_only', target, formatTarget(target))
    expect(detail).toContain('it is not among the hosts that are open')
    expect(hint).toContain('EGRESS_ONLY')
  })

  it.each(['10.0.0.7', 'fd00::7', '127.0.0.7', '169.254.169.254', '100.64.0.7'])(
    'does not show the address that a name leads to: %s',
    (address) => {
      const { detail, hint } = describeTestDenial('crm.example', 443, address)
      expect(detail).toMatch(/: its name leads to \w/)
      for (const word of `${detail} ${hint}`.split(/[^\da-f.:]+/i)) expect(isIP(word)).toBe(0)
    },
  )
})

const hostsOfNames = specialNames.map(([pattern]) => pattern.replace('*', 'ec2'))
const hostsOfRanges = specialRanges.map(([cidr]) => cidr.replace(/\/.*/, ''))

describe('the hint of a denial', () => {
  it.each(['crm', 'crm.example', '1.1.1.1', ...hostsOfNames, ...hostsOfRanges])(
    'names an entry that opens %s, or none',
    (host) => {
      const port = 25
      const address = isIP(host) ? host : '10.0.0.1'
      const [, entry] =
        /EGRESS_ALLOW=(\S+?)[.:]?(?:\s|$)/.exec(describeTestDenial(host, port, address).hint) ?? []

      if (entry === undefined) {
        expect(host).toMatch(/metadata|instance-data/)
        return
      }
      const parsed = parseAddressRule(entry)
      expect(parsed.ok && findDenial({ host, port }, address, [parsed.rule])).toBeNull()
    },
  )

  it.each([
    ...metadataAddresses.map(([address]) => address),
    ...specialNames
      .filter(([, , kind]) => kind === 'metadata_service')
      .map(([name]) => name.replace('*', 'ec2')),
    'metadata.goog',
  ])('offers no way to the metadata service %s, at any port', (host) => {
    for (const port of [443, 25, 6000]) {
      expect(describeTestDenial(host, port).hint).toBe(
        'Use the host of the API in the URL. No setting opens a metadata service: it gives away the credentials of the machine.',
      )
    }
  })

  it.each(['crm', 'crm.example', ...hostsOfNames, ...hostsOfRanges])(
    'tells the author of a node what to do about %s',
    (host) => {
      for (const port of [25, 443]) {
        const address = isIP(host) ? host : '10.0.0.1'
        const { detail: message, hint } = describeTestDenial(host, port, address)
        expect(complaintsAbout({ message, hint, blame: 'node', repeat: 'never' })).toEqual([])
      }
    },
  )

  it.each(['denied_by_operator', 'not_in_egress_only', 'other_peer', 'not_an_address'] as const)(
    'tells the author of a node what to do about %s',
    (denial) => {
      const { detail, hint } = describeDenial(denial, { host: 'crm.example', port: 443 }, 'crm.example:443')
      expect(complaintsAbout({ message: detail, hint, blame: 'node', repeat: 'never' })).toEqual([])
    },
  )

  it.each([
    [1, 1, 'its name leads to a private address'],
    [1, 2, 'one of its two addresses is a private address'],
    [2, 2, 'each of its two addresses is a private address'],
    [2, 4, 'of its four addresses, two are each a private address'],
    [1, 12, 'one of its 12 addresses is a private address'],
  ])('says how many of the addresses are meant: %i of %i', (denied, all, what) => {
    const target = { host: 'crm.example', port: 443 }
    const { detail, hint } = describeDenial('private', target, formatTarget(target), { denied, all })
    expect(detail).toBe(`The service may not call crm.example:443: ${what}.`)
    expect(hint.includes('refused whole')).toBe(denied < all)
    expect(complaintsAbout({ message: detail, hint, blame: 'node', repeat: 'never' })).toEqual([])
  })

  it('offers no way to the listener of the service', () => {
    expect(describeTestDenial('127.0.0.1', 3000).hint).toBe(
      'Use the host of the API in the URL. No setting opens this one: the service does not call itself.',
    )
  })
})
