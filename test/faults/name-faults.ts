import { expect } from 'vitest'
import type { Zones } from '../../testkit/dns-server.ts'
import { sound } from '../../testkit/raw-answers.ts'
import { write } from '../../testkit/raw-server.ts'
import { dnsServer } from '../support/servers.ts'
import { type Chapter, success, type Target } from './support/fault.ts'
import { blind, host, named } from './support/targets.ts'

const unheard = { delivered: 'no', seen: 'nothing' } as const
const denied = { ends: 'address_denied', repeat: 'never', ...unheard } as const

/** Nothing is kept alive, so that every call dials anew. */
const once = write(sound)

export const nameFaults: Chapter = {
  title: 'The name',
  faults: [
    {
      row: '1',
      what: 'The host name does not exist.',
      make: named({}),
      ends: 'dns_not_found',
      repeat: 'safe',
      ...unheard,
    },
    {
      row: '2',
      what: 'The name server answers SERVFAIL.',
      make: named({ [host]: { rcode: 'SERVFAIL' } }),
      ends: 'dns_failed',
      repeat: 'safe',
      ...unheard,
    },
    {
      row: '2',
      what: 'The name server answers REFUSED.',
      make: named({ [host]: { rcode: 'REFUSED' } }),
      ends: 'dns_failed',
      repeat: 'safe',
      shows: { reason: { message: saying('it answered REFUSED'), blame: 'service' } },
      ...unheard,
    },
    {
      row: '2',
      what: 'The first name server answers SERVFAIL, the second one knows the name.',
      make: askedInTurn({ [host]: { rcode: 'SERVFAIL' } }),
      ...success,
    },
    {
      row: '2',
      what: 'The first name server answers REFUSED, the second one knows the name.',
      make: askedInTurn({ [host]: { rcode: 'REFUSED' } }),
      ...success,
    },
    {
      row: '2',
      what: 'The first name server answers NOTIMP, the second one knows the name.',
      make: askedInTurn({ [host]: { rcode: 'NOTIMP' } }),
      ...success,
    },
    {
      row: '2',
      what: 'The first name server answers with bytes that mean nothing, the second one knows the name.',
      make: askedInTurn({ [host]: { malformed: true } }),
      ...success,
    },
    {
      row: '2',
      what: 'The first name server says that there is no such name, the second one knows it.',
      make: askedInTurn({}),
      ends: 'dns_not_found',
      repeat: 'safe',
      ...unheard,
    },
    {
      row: '2',
      what: 'The first name server answers SERVFAIL, the second one REFUSED.',
      make: askedInTurn({ [host]: { rcode: 'SERVFAIL' } }, { [host]: { rcode: 'REFUSED' } }),
      ends: 'dns_failed',
      repeat: 'safe',
      shows: {
        reason: {
          message: saying('None of the 2 name servers that the service asks resolved'),
          blame: 'target',
        },
      },
      ...unheard,
    },
    {
      row: '3',
      what: 'The first name server never answers, the second one knows the name.',
      make: askedInTurn({ [host]: { silent: ['A', 'AAAA'] } }),
      ...success,
    },
    {
      row: '3',
      what: 'The name server answers after 2.1 s.',
      make: named({ [host]: { a: ['127.0.0.1'], delayMs: 2_100 } }),
      ...success,
    },
    {
      row: '3',
      what: 'The name server never answers.',
      make: named({ [host]: { silent: ['A', 'AAAA'] } }),
      ends: 'dns_timeout',
      repeat: 'safe',
      usesUp: 'the lookup of the host name',
      ...unheard,
    },
    {
      row: '4',
      what: 'The name leads to a private address from the second call on.',
      make: async () => ({ ...(await named(turningInwards(), once)()), rehearsals: 1 }),
      ...denied,
    },
    {
      row: '5',
      what: 'The name leads to an allowed address and a private one.',
      make: named({ [host]: { a: ['127.0.0.1', '10.0.0.5'] } }),
      shows: { reason: { message: saying('one of its two addresses is a private address') } },
      ...denied,
    },
    {
      row: '5',
      what: 'The name leads to a private address and a metadata service.',
      make: named({ [host]: { a: ['10.0.0.5', '169.254.169.254'] } }),
      shows: { reason: { hint: saying('No setting opens a metadata service') } },
      ...denied,
    },
    {
      row: '5',
      what: 'The port is one that browsers refuse, too.',
      make: at('https://crm.example:6000/'),
      shows: {
        reason: {
          message: saying('the port 6000 is closed'),
          hint: saying('EGRESS_ALLOW=crm.example:6000'),
        },
      },
      ...denied,
    },
    {
      row: '5',
      what: 'The host has a bare name.',
      make: at('https://crm/'),
      shows: { reason: { message: saying('"crm" is a host name without a dot') } },
      ...denied,
    },
    {
      row: '5',
      what: 'The host has a .local name.',
      make: at('https://crm.local/'),
      shows: { reason: { message: saying('"crm.local" is a .local name') } },
      ...denied,
    },
    {
      row: '4',
      what: 'The name moves while calls go on: 30 s later none goes to the old address.',
      why: '`test/egress/dns/moving-target.test.ts` makes it, with a clock of its own',
    },
  ],
}

function saying(text: string): string {
  return expect.stringContaining(text)
}

/** Two name servers, of which the second one knows the name unless stated otherwise. */
function askedInTurn(first: Zones, second: Zones = { [host]: { a: ['127.0.0.1'] } }): () => Promise<Target> {
  return async () => {
    const { address } = await dnsServer(first)
    const { service, ...target } = await named(second)()
    return { ...target, service: { ...service, dns: `${address},${service?.dns}` } }
  }
}

/** A URL whose port has no listener. */
function at(url: string): () => Promise<Target> {
  return async () => ({ url, journal: blind })
}

/** Answers that live for no time, and mean harm from the second one on. */
function turningInwards(): Zones {
  let answers = 0
  return (_name, type) => {
    if (type !== 'A') return {}
    answers += 1
    return { a: [answers === 1 ? '127.0.0.1' : '10.0.0.5'] }
  }
}
