import { describe, expect, it } from 'vitest'
import { attemptDelayMs, maxTries } from '../../src/egress/connection/happy-eyeballs.ts'
import { maxTargets } from '../../src/egress/connection/short-hello-targets.ts'
import { maxPatienceMs } from '../../src/egress/connection/tls-client.ts'
import { maxRememberedSeconds } from '../../src/egress/dns/cache.ts'
import { nextServerMs } from '../../src/egress/dns/inquiry.ts'
import { maxAddresses, resolutionDelayMs } from '../../src/egress/dns/lookup.ts'
import { maxServers } from '../../src/egress/dns/name-servers.ts'
import { lookupBudgetMs } from '../../src/egress/dns/resolver.ts'
import { badPorts } from '../../src/egress/policy/bad-ports.ts'
import { metadataAddresses } from '../../src/egress/policy/metadata-addresses.ts'
import { specialNames } from '../../src/egress/policy/special-names.ts'
import { specialRanges } from '../../src/egress/policy/special-ranges.ts'
import { rights } from '../../src/http/clients/client.ts'
import { parseClientsFile } from '../../src/http/clients/clients-file.ts'
import { allVariables } from '../../src/settings/variables.ts'
import { keptFailures } from '../../src/statistics/node-history.ts'
import { maxHistories } from '../../src/statistics/statistics.ts'
import { headerNameProblem } from '../../src/webhook/request/header-rules.ts'
import { rowsUnder } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/security.md')

describe('docs/security.md', () => {
  it('has the special ranges of the code', () => {
    expect(rowsUnder(section('Special ranges'), 'range')).toEqual(
      specialRanges.map(([cidr, name, source]) => [quoted(cidr), quoted(name), source]),
    )
  })

  it('says why each kind of range is closed', () => {
    const explained = rowsUnder(section('Special ranges'), 'what it is').map(([name]) => name)

    expect(explained.toSorted()).toEqual(
      [...new Set(specialRanges.map(([, name]) => quoted(name)))].toSorted(),
    )
  })

  it('has the metadata services of the code', () => {
    expect(rowsUnder(section('Metadata services'), 'address')).toEqual(
      metadataAddresses.map(([address, owner]) => [quoted(address), owner]),
    )
  })

  it('has the special names of the code', () => {
    expect(rowsUnder(section('Special names'), 'name')).toEqual(
      specialNames.map(([pattern, source]) => [quoted(pattern), source]),
    )
  })

  it('has the ports of the code', () => {
    const listed = [...(/(?:^\d[\d, \n]+)+/m.exec(section('Ports'))?.[0] ?? '').matchAll(/\d+/g)]

    expect(listed.map(([port]) => Number(port))).toEqual([...badPorts])
  })

  it('gives the reasons of the code for refused headers', () => {
    const rows = rowsUnder(section('Headers that are refused'), 'why')
    const reasons = rows.flatMap(([reason, names = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, `may not be set: ${reason}`]),
    )

    expect(reasons.map(([name = '']) => [name, headerNameProblem(name)])).toEqual(reasons)
    expect(reasons.length).toBeGreaterThan(20)
  })

  it('has the limits of the code', () => {
    const lookups = section('How names are looked up').replaceAll(/\s+/g, ' ')
    expect(lookups).toContain(`the other one gets ${resolutionDelayMs} ms more`)
    expect(lookups).toContain(`A lookup takes at most ${lookupBudgetMs / 1_000} s`)
    expect(lookups).toContain(`An answer may have ${maxAddresses} addresses`)
    expect(lookups).toContain(`for ${maxRememberedSeconds} s at most`)
    expect(lookups).toContain(`more than ${maxRememberedSeconds} s after its name was asked for`)
    expect(lookups).toContain(`says nothing, after ${nextServerMs} ms`)
    expect(lookups).toContain(`the first ${maxServers} of them`)
    const connections = section('How a connection is made').replaceAll(/\s+/g, ' ')
    expect(connections).toContain(`At most ${maxTries} addresses of a name are tried`)
    expect(connections).toContain(`${attemptDelayMs} ms apart`)
    const hellos = section('The second hello').replaceAll(/\s+/g, ' ')
    expect(hellos).toContain(`a third of the time that was left, ${maxPatienceMs / 1_000} s at the most`)
    expect(hellos).toContain(`At most ${maxTargets.toLocaleString('en-US')} targets are remembered`)
    const kept = section('What is kept').replaceAll(/\s+/g, ' ')
    expect(kept).toContain(`the latest ${keptFailures} failures`)
    expect(kept).toContain(`${maxHistories.toLocaleString('en-US')} pairs of node and tenant`)
  })

  it('shows clients that can be used, and every member that they may have', () => {
    const [, json = ''] = /```json\n(.*?)```/s.exec(section('Clients')) ?? []

    const { clients, problems } = parseClientsFile(json)

    expect(problems).toEqual([])
    expect(clients).toHaveLength(1)
    expect(rowsUnder(section('Clients'), 'member').map(([member]) => member)).toEqual(
      Object.keys(JSON.parse(json).engine).map(quoted),
    )
    for (const right of rights) expect(section('Clients')).toContain(`\`${right}\`: `)
    expect(section('Clients').replaceAll(/\s+/g, ' ')).toContain(`failed more than ${keptFailures} times`)
  })

  it('opens with settings that can be read', () => {
    const settings = rowsUnder(section('How to open more'), 'to').map(
      ([, setting = '']) => /^`(\w+)=(.+)`$/.exec(setting) ?? [],
    )

    for (const [, name, value = ''] of settings.filter(([, name]) => name !== 'EGRESS_CA_FILE'))
      expect(allVariables.find((variable) => variable.name === name)?.parse(value)).toMatchObject({
        ok: true,
      })
    expect(settings.length).toBeGreaterThan(0)
  })
})

/** The part under a heading, whatever its level, up to the next heading. */
function section(heading: string): string {
  const [, text] = page.split(new RegExp(`^#{2,3} ${heading}$`, 'm'))
  if (text === undefined) throw new Error(`docs/security.md has no section "${heading}"`)
  return text.split(/^#/m)[0] ?? ''
}

function quoted(text: string): string {
  return `\`${text}\``
}
