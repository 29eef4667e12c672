import { isIP } from 'node:net'
import type { DeniedShare } from './address-denied.ts'
import type { Denial, Target } from './address-policy.ts'
import { findSpecialName, type SpecialName } from './special-names.ts'
import type { SpecialRange } from './special-ranges.ts'

/** Sentences for people. They name the kind of a forbidden address, never an address from DNS. */
export interface DenialText {
  readonly detail: string
  /** Says which setting opens the target, or that none does. */
  readonly hint: string
}

/**
 * `place` is the target as written in a URL and in an entry of EGRESS_ALLOW. `share`: how many of the addresses of a name are
 * denied.
 */
export function describeDenial(
  denial: Denial,
  target: Target,
  place: string,
  share: DeniedShare | null = null,
): DenialText {
  const { what, hint } = composeText(denial, target, place, share)
  return { detail: `The service may not call ${place}: ${what}.`, hint }
}

/** Denials that do not depend on the host name. */
type DenialOfPlace = Exclude<Denial, 'special_name'>

interface Text {
  readonly what: string
  readonly hint: string
}

function composeText(denial: Denial, target: Target, place: string, share: DeniedShare | null): Text {
  const kind = isIP(target.host) === 0 ? findSpecialName(target.host) : null
  // The hint never says how to open such a name, whatever the denial is.
  if (kind === 'metadata_service')
    return { what: `"${target.host}" is a name of a metadata service`, hint: hintFor('metadata', place) }
  if (denial === 'special_name') {
    if (target.host === 'https' || target.host === 'http') return schemeTwice
    const { what, hint } = names[kind ?? 'private']
    // No name server resolves the name, so opening it would not help.
    return {
      what: `"${target.host}" is ${what}`,
      hint: kind === 'nowhere' ? hint : `${hint} ${opening(place)}.`,
    }
  }
  return { what: whatIs(denial, target, share), hint: hintFor(denial, place, share) }
}

/** `https://https//crm.example.com` is a URL, and its host is `https`. */
const schemeTwice: Text = {
  what: 'the scheme stands where its host belongs',
  hint: 'Write https:// into the URL once, and the name of the target behind it.',
}

function whatIs(denial: DenialOfPlace, { host, port }: Target, share: DeniedShare | null): string {
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
      return `${isIP(host) === 0 ? describeSubject(share) : 'it is'} ${addresses[denial]}`
  }
}

function describeSubject(share: DeniedShare | null): string {
  if (share === null || share.all === 1) return 'its name leads to'
  const all = numberWords[share.all] ?? share.all
  if (share.denied === share.all) return `each of its ${all} addresses is`
  return share.denied === 1
    ? `one of its ${all} addresses is`
    : `of its ${all} addresses, ${numberWords[share.denied] ?? share.denied} are each`
}

const numberWords: Readonly<Record<number, string>> = {
  2: 'two',
  3: 'three',
  4: 'four',
  5: 'five',
  6: 'six',
  7: 'seven',
  8: 'eight',
  9: 'nine',
}

function hintFor(denial: DenialOfPlace, place: string, share: DeniedShare | null = null): string {
  switch (denial) {
    case 'metadata':
      return 'Use the host of the API in the URL. No setting opens a metadata service: it gives away the credentials of the machine.'
    case 'own_listener':
      return 'Use the host of the API in the URL. No setting opens this one: the service does not call itself.'
    case 'bad_port':
      return `Check the port in the URL: those of other protocols are closed, as in browsers. ${opening(place)}: the entry has to name the port.`
    case 'denied_by_operator':
      return 'Use another host in the URL, or ask the operator of the service: the setting EGRESS_DENY contains this one.'
    case 'not_in_egress_only':
      return 'Check the host in the URL: only those in the setting EGRESS_ONLY are open. The operator of the service can add this one.'
    case 'other_peer':
    case 'not_an_address':
      return 'Write the address or the full name of the target into the URL.'
    default:
      return share !== null && share.denied < share.all
        ? `A host with one address that is not public is refused whole: write another one into the URL, or let the operator of the target remove that address from DNS. ${opening(place)}.`
        : `Only public addresses are open: check the host in the URL. ${opening(place)}.`
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
    hint: 'Write the full name into the URL, such as crm.example.com: the service uses neither search domains nor hosts files.',
  },
  own_machine: {
    what: 'the name of the machine of the service itself',
    hint: 'Write the name into the URL by which other machines know the target.',
  },
  local: {
    what: 'a .local name, which belongs to a local network or a cluster',
    hint: 'Write the public name of the target into the URL. The service asks name servers only and uses no multicast DNS.',
  },
  private: {
    what: 'a name that only a private network can resolve',
    hint: 'Write the public name of the target into the URL.',
  },
  nowhere: {
    what: 'a name that no name server resolves',
    hint: 'DNS has no names of this kind: write the host name of the target into the URL.',
  },
}
