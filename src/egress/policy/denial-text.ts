import { isIP } from 'node:net'
import type { Denial, Target } from './address-policy.ts'
import { findSpecialName, type SpecialName } from './special-names.ts'
import type { SpecialRange } from './special-ranges.ts'

/** Sentences for people. They name the kind of a forbidden address, never an address from DNS. */
export interface DenialText {
  readonly detail: string
  /** Says which setting opens the target, or that none does. */
  readonly hint: string
}

/** `place` is the target as written in a URL and in an entry of EGRESS_ALLOW. */
export function describeDenial(denial: Denial, target: Target, place: string): DenialText {
  const { what, hint } = composeText(denial, target, place)
  return { detail: `The service may not call ${place}: ${what}.`, hint }
}

/** Denials that do not depend on the host name. */
type DenialOfPlace = Exclude<Denial, 'special_name'>

interface Text {
  readonly what: string
  readonly hint: string
}

function composeText(denial: Denial, target: Target, place: string): Text {
  const kind = isIP(target.host) === 0 ? findSpecialName(target.host) : null
  // The hint never says how to open such a name, whatever the denial is.
  if (kind === 'metadata_service')
    return { what: `"${target.host}" is a name of a metadata service`, hint: hintFor('metadata', place) }
  if (denial === 'special_name') {
    const { what, hint } = names[kind ?? 'private']
    // No name server resolves the name, so opening it would not help.
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
      return 'the operator of the service has closed it'
    case 'not_in_egress_only':
      return 'it is not among the hosts that are open'
    case 'other_peer':
      return 'the connection led to another address than the one that was checked'
    default:
      return `${isIP(host) === 0 ? 'its name leads to' : 'it is'} ${addresses[denial]}`
  }
}

function hintFor(denial: DenialOfPlace, place: string): string {
  switch (denial) {
    case 'metadata':
      return 'No setting opens a metadata service: it gives away the credentials of the machine.'
    case 'own_listener':
      return 'No setting opens it: the service does not call itself.'
    case 'bad_port':
      return `Ports of other protocols are closed, as in browsers. ${opening(place)}: the entry has to name the port.`
    case 'denied_by_operator':
      return 'The setting EGRESS_DENY of the service contains it.'
    case 'not_in_egress_only':
      return 'Only the hosts in the setting EGRESS_ONLY are open. The operator of the service can add this one.'
    case 'other_peer':
    case 'not_an_address':
      return 'Write the address or the full name of the target into the URL.'
    default:
      return `Only public addresses are open. ${opening(place)}.`
  }
}

function opening(place: string): string {
  return `The operator of the service can open this one with EGRESS_ALLOW=${place}`
}

const addresses: Readonly<
  Record<SpecialRange | 'metadata' | 'own_listener' | 'own_interface' | 'not_an_address', string>
> = {
  metadata: 'a metadata service',
  own_listener: 'the service itself',
  own_interface: 'an address of the machine of the service',
  not_an_address: 'not an address',
  this_network: 'an address that stands for this machine or network',
  private: 'a private address',
  shared: 'an address within the network of a provider (carrier-grade NAT)',
  loopback: 'a loopback address',
  link_local: 'a link-local address',
  protocol_assignment: 'an address reserved for protocols',
  documentation: 'an address for documentation only',
  as112: 'an address of the name servers for private addresses',
  relay: 'an address of a relay',
  benchmarking: 'an address for benchmarks only',
  multicast: 'a multicast address',
  reserved: 'a reserved address',
}

const names: Readonly<Record<Exclude<SpecialName, 'metadata_service'>, Text>> = {
  bare: {
    what: 'a host name without a dot, which only a private network can resolve',
    hint: 'Write the full name, such as crm.example.com: the service uses neither search domains nor hosts files.',
  },
  own_machine: {
    what: 'the name of the machine of the service itself',
    hint: 'Write the name by which other machines know the target.',
  },
  local: {
    what: 'a .local name, which belongs to a local network or a cluster',
    hint: 'Use the public name of the target. The service asks name servers only and uses no multicast DNS.',
  },
  private: {
    what: 'a name that only a private network can resolve',
    hint: 'Use the public name of the target.',
  },
  nowhere: {
    what: 'a name that no name server resolves',
    hint: 'Use the public name of the target.',
  },
}
