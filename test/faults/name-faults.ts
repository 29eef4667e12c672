import type { Zones } from '../../testkit/dns-server.ts'
import { write } from '../../testkit/raw-server.ts'
import type { Chapter } from './fault.ts'
import { host, named, sound } from './targets.ts'

const unheard = { delivered: 'no', seen: 'nothing' } as const

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
      ...unheard,
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
      ends: 'address_denied',
      repeat: 'never',
      ...unheard,
    },
    {
      row: '5',
      what: 'The name leads to an allowed address and a private one.',
      make: named({ [host]: { a: ['127.0.0.1', '10.0.0.5'] } }),
      ends: 'address_denied',
      repeat: 'never',
      ...unheard,
    },
  ],
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
