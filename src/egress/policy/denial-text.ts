import { isIP } from 'node:net'
import type { Denial, Target } from './address-policy.ts'
import { findSpecialName, type SpecialName } from './special-names.ts'
import type { SpecialRange } from './special-ranges.ts'

/** Sentences for callers. They tell the class of what is closed, and never an address that was looked up. */
export interface DenialText {
  readonly detail: string
  /** What opens it, or that nothing does. */
  readonly hint: string
}

/** `place` is the target as it stands in a URL, and as an entry of EGRESS_ALLOW names it. */
export function describeDenial(denial: Denial, target: Target, place: string): DenialText {
  const { what, hint } = composeText(denial, target, place)
  return { detail: `The service may not call ${place}: ${what}.`, hint }
}

/** What is closed whatever the host is called. */
type DenialOfPlace = Exclude<Denial, 'special_name'>

interface Text {
  readonly what: string
  readonly hint: string
}

function composeText(denial: Denial, target: Target, place: string): Text {
  const kind = isIP(target.host) === 0 ? findSpecialName(target.host) : null
  // Whatever else is closed about it, nobody is told how to open such a name.
  if (kind === 'metadata_service')
    return { what: `"${target.host}" is a name of a metadata service`, hint: hintFor('metadata', place) }
  if (denial === 'special_name') {
    const { what, hint } = names[kind ?? 'private']
    // Where it were open, the name would lead nowhere.
    return {
      what: `"${target.host}" is ${what}`,
      hint: kind === 'nowhere' ? hint : `${hint} ${opening(place)}.`,
    }
  }
  return { what: whatIs(denial, target), hint: hintFor(denial, place) }
}

function whatIs(denial: DenialOfPlace, { host, port }: Target): string {
  switch (denial) {
    case 'bad_port':
      return `the port ${port} is closed`
    case 'denied_by_operator':
      return 'whoever runs the service has closed it'
    case 'not_in_egress_only':
      return 'it is none of the hosts that are open'
    case 'other_peer':
      return 'the connection came to another address than the one that was judged'
    default:
      return `${isIP(host) === 0 ? 'its name leads to' : 'it is'} ${addresses[denial]}`
  }
}

function hintFor(denial: DenialOfPlace, place: string): string {
  switch (denial) {
    case 'metadata':
      return 'Nothing opens a metadata service: it gives away the credentials of the machine.'
    case 'own_listener':
      return 'Nothing opens it: the service does not call itself.'
    case 'bad_port':
      return `Ports that are for other protocols are closed, as in browsers. ${opening(place)}: the entry has to name the port.`
    case 'denied_by_operator':
      return 'EGRESS_DENY of the service names it.'
    case 'not_in_egress_only':
      return 'Only the hosts in EGRESS_ONLY of the service are open. Whoever runs the service can add this one.'
    case 'other_peer':
    case 'not_an_address':
      return 'Write the address or the full name of the target into the URL.'
    default:
      return `Only public addresses are open. ${opening(place)}.`
  }
}

function opening(place: string): string {
  return `Whoever runs the service can open this one with EGRESS_ALLOW=${place}`
}

const addresses: Readonly<
  Record<SpecialRange | 'metadata' | 'own_listener' | 'own_interface' | 'not_an_address', string>
> = {
  metadata: 'a metadata service',
  own_listener: 'the service itself',
  own_interface: 'an address of the machine of the service',
  not_an_address: 'no address',
  this_network: 'an address that stands for this machine or network',
  private: 'a private address',
  shared: 'an address within the network of a provider',
  loopback: 'a loopback address',
  link_local: 'a link-local address',
  protocol_assignment: 'an address that is set aside for protocols',
  documentation: 'an address that is for documentation only',
  as112: 'an address of the name servers for private addresses',
  relay: 'an address of relays',
  benchmarking: 'an address that is for measurements only',
  multicast: 'a multicast address',
  reserved: 'a reserved address',
}

const names: Readonly<Record<Exclude<SpecialName, 'metadata_service'>, Text>> = {
  bare: {
    what: 'a bare host name, which only a private network can know',
    hint: 'Write the full name, such as crm.example.com: search domains and hosts files do not count.',
  },
  own_machine: {
    what: 'the name of the machine of the service itself',
    hint: 'Write the name by which other machines know the target.',
  },
  local: {
    what: 'a .local name, of a local network or of a cluster',
    hint: 'Use the public name of the target. Only name servers are asked, by no multicast.',
  },
  private: {
    what: 'a name that only a private network knows',
    hint: 'Use the public name of the target.',
  },
  nowhere: {
    what: 'a name that no name server knows',
    hint: 'Use the public name of the target.',
  },
}
