import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InvalidOptions } from '../bench/command-line.ts'
import { readInstructions } from '../bench/instructions.ts'
import type { Measurement, TimedMeasurement } from '../bench/measure.ts'
import { rateCell } from '../bench/measurement-cells.ts'
import { type Message, MessageReader } from '../bench/message-reader.ts'
import { readOptions } from '../bench/options.ts'
import { functionName, type Profile, readHeapProfile, selfTimes, totalTimes } from '../bench/profile.ts'
import { Requests, serialNumber } from '../bench/requests.ts'
import { writeResults } from '../bench/results.ts'
import { findLimit, findUsualLimit, type Shares } from '../bench/shares.ts'
import { readShortOptions } from '../bench/short-options.ts'
import { writeDuel } from '../bench/short-report.ts'

describe('the options of the benchmark', () => {
  it('ask for all but the search for leaks, unless told otherwise', () => {
    expect(readOptions([])).toEqual({
      parts: ['comparison', 'footprint', 'growth'],
      isQuick: false,
      hasPeer: false,
      takesProfile: false,
      leakCalls: 1_000_000,
    })
    expect(readOptions(['--leak', '--peer', 'node-red'])).toMatchObject({
      parts: ['comparison', 'footprint', 'growth', 'leak'],
      hasPeer: true,
    })
    expect(readOptions(['--only', 'growth', '--only', 'leak', '--calls', '7'])).toMatchObject({
      parts: ['growth', 'leak'],
      leakCalls: 7,
    })
  })

  it.each([
    ['--peer', 'n8n'],
    ['--only', 'everything'],
    ['--calls', '0'],
    ['--calls', '1e6'],
    ['--fast'],
    ['growth'],
  ])('are refused where they are unknown: %s %s', (...args) => {
    expect(() => readOptions(args.filter((arg) => arg !== undefined))).toThrow(InvalidOptions)
  })
})

describe('the options of the short form', () => {
  const root = join(import.meta.dirname, '..')

  it('ask for the lead and the bare forwarder, unless told otherwise', () => {
    expect(readShortOptions([], root)).toMatchObject({
      ...{ example: { name: 'lead' }, against: null, isReporting: false },
    })
    expect(readShortOptions(['--reporting'], root)?.isReporting).toBe(true)
    expect(readShortOptions(['--request', 'lead-64-kib'], root)?.example.name).toBe('lead-64-kib')
    expect(readShortOptions(['--against', '../'], join(root, 'src'))?.against).toBe(root)
    expect(readShortOptions(['--help'], root)).toBeNull()
  })

  it.each([['--request', 'nothing'], ['--against', 'src'], ['--against', 'nowhere'], ['--fast'], ['lead']])(
    'are refused where they are unknown: %s %s',
    (...args) => {
      expect(() =>
        readShortOptions(
          args.filter((arg) => arg !== undefined),
          root,
        ),
      ).toThrow(InvalidOptions)
    },
  )
})

const shares: Shares = {
  contender: 0.5,
  receiver: 0.2,
  load: 0.2,
  besideContender: 0,
  besideLoad: 0,
  sharedCore: true,
}

describe('the limit of a rate', () => {
  it.each<[string | null, Partial<Shares>]>([
    [null, { contender: 0.9 }],
    [null, { contender: 0.95, load: 1 }],
    ['the load', { load: 0.75 }],
    ['the receiver', { receiver: 0.75 }],
    ['the load', { load: 0.9, sharedCore: false, besideLoad: 0 }],
    ['the receiver', { receiver: 0.9, sharedCore: false, besideLoad: 0 }],
    ['the receiver', { receiver: 0.9, besideContender: null, besideLoad: null }],
    ['other processes on its core', { besideContender: 0.4 }],
    ['other processes on the core of load and receiver', { besideLoad: 0.5 }],
    ['other processes on the core of the load', { sharedCore: false, besideLoad: 0.75 }],
    ['waiting, with no core full', {}],
    ['waiting, with no core full', { besideContender: null, besideLoad: null }],
    ['waiting, with no core full', { receiver: 0.6, load: 0.6, sharedCore: false }],
  ])('is %s where %j', (limit, some) => {
    expect(findLimit({ ...shares, ...some })).toBe(limit)
  })

  it('is that of most loads, and unknown where the core of the contender was full in more than half', () => {
    const free = { ...shares, contender: 1 }
    const loaded = { ...shares, load: 0.8 }

    expect(findUsualLimit([free, free, loaded])).toBeNull()
    expect(findUsualLimit([free, loaded])).toBe('the load')
    expect(findUsualLimit([free, shares, loaded, loaded])).toBe('the load')
    expect(findUsualLimit([])).toBeNull()
  })
})

const measurement: TimedMeasurement = {
  executions: 1_000,
  perSecond: 5_000,
  cpuMicroseconds: 200,
  instructions: null,
  shares: { ...shares, contender: 1 },
  rssBytes: 1e8,
  p50Ms: 0.5,
  p99Ms: 2,
}
const limited = { ...measurement, perSecond: 1_234, shares: { ...shares, load: 0.8 } }

describe('the tables of the benchmark', () => {
  const machine = [['command', '`npm run bench`']] as const
  const turn = (full: Measurement) => ({ full, single: measurement, timed: measurement })
  const createResults = (full: Measurement) =>
    writeResults({
      ...{ machine, leak: null },
      footprint: {
        startMs: 390,
        idleBytes: 96e6,
        growth: [5e4, 3e5].map((executions) => ({ executions, rssBytes: executions * 500 })),
      },
      growth: [
        {
          ...{ name: 'hosts', title: 'Hosts', explanation: 'Of them.' },
          steps: [1, 1_000].map((size) => ({ ...measurement, size, cpuMicroseconds: 200 + 0.3 * size })),
        },
      ],
      comparison: {
        rounds: [{ service: turn(full), bare: turn({ ...measurement, cpuMicroseconds: 100 }), peer: null }],
        peer: null,
      },
    })

  it('take a rate from the loads in which the core of the contender was the limit', () => {
    expect(rateCell([measurement, { ...measurement, perSecond: 7_000 }, limited])).toBe('6000')
    expect(rateCell([limited, limited, measurement])).toBe('limited by the load')
  })

  it('say in words that a rate, and what depends on it, was limited by something else', () => {
    const text = createResults(limited)

    expect(text).not.toContain('1234')
    expect(text).toContain(
      '| webhook-node | 200 | not counted | limited by the load | 50 % | 0.500 | 2.000 | 0.50 | 2.00 |',
    )
  })

  it('take the ratio to the bare forwarder from CPU time', () => {
    const ratio =
      '| Executions per CPU time, against the bare forwarder | at least 0.65 x | 0.50 x | **no** |'

    expect(createResults(measurement)).toContain(ratio)
    expect(createResults(limited)).toContain(ratio)
    expect(createResults(measurement)).toContain(
      '| webhook-node | 200 | not counted | 5000 | 100 % | 0.500 | 2.000 | 0.50 | 2.00 |',
    )
  })

  it('hold each target against what the run measured', () => {
    const text = createResults(measurement)

    expect(text).toMatch(/\| CPU time .* 1,000 hosts .* \| at most 6 x \| 2\.50 x \| yes \|/)
    expect(text).toMatch(/\| Memory at the last count .* \| at most 150 MB \| 150\.00 MB \| yes \|/)
    expect(text).toMatch(/\| .* a new node each time, .* \| not in this run \| +\|/)
  })

  it('of the short form have both contenders, and what the one is to the other', () => {
    const one = { full: { ...measurement, instructions: 400_000 }, single: measurement }
    const other = {
      full: { ...measurement, cpuMicroseconds: 80, instructions: 100_000 },
      single: { ...measurement, p50Ms: 0.2 },
    }

    const text = writeDuel(machine, { one: 'this', other: 'that' }, [{ one, other }])

    expect(text).toContain('| this | 200 | 400000 | 5000 | 100 % | 0 % | 0.500 |')
    expect(text).toContain('| CPU time: that / this | 0.400 x | 0.400 x | 0.400 x |')
    expect(text).toContain('| instructions: that / this | 0.250 x | 0.250 x | 0.250 x |')
    expect(text).toContain('| p50 at concurrency 1: this - that | 0.300 ms | 0.300 ms | 0.300 ms |')
    expect(text).not.toContain('quiet machine')
  })

  it('of the short form say that other processes were at work on the core', () => {
    const full = { ...measurement, shares: { ...measurement.shares, besideContender: 0.06 } }
    const quiet = { full: measurement, single: measurement }

    const text = writeDuel(machine, { one: 'this', other: 'that' }, [
      { one: quiet, other: { ...quiet, full } },
    ])

    expect(text).toContain('| that | 200 | not counted | 5000 | 100 % | 6 % | 0.500 |')
    expect(text).toContain('quiet machine')
  })
})

describe('the report of perf', () => {
  it.each([
    ['123456789,,instructions:u,1012345678,100.00,,', 123456789],
    ['Events disabled\n\n42,,instructions:u,1000,100.00,,\n', 42],
    ['<not supported>,,instructions:u,0,100.00,,', null],
    ['<not counted>,,instructions:u,0,0.00,,', null],
    ['0,,instructions:u,0,100.00,,', null],
    ['Access to performance monitoring and observability operations is limited.', null],
    ['', null],
  ])('%j has counted %j', (report, count) => {
    expect(readInstructions(report)).toBe(count)
  })
})

describe('the requests of the benchmark', () => {
  it('are of one length and differ in their serial number, which returns', () => {
    const requests = new Requests(
      { id: `p-${serialNumber}`, twice: serialNumber },
      { path: '/v1/execute', key: 'key', distinct: 2 },
    )

    const bodies = [1, 2, 3].map(() => String(requests.next()).split('\r\n\r\n')[1])

    expect(bodies).toEqual([
      '{"id":"p-00000000","twice":"00000000"}',
      '{"id":"p-00000001","twice":"00000001"}',
      '{"id":"p-00000000","twice":"00000000"}',
    ])
  })

  it.each([1, 2, 7, 64, 1_000])('are read as they were written, from pieces of %i bytes', (size) => {
    const requests = new Requests({ name: 'Ada' }, { path: '/', key: 'key', distinct: 1 })
    const bytes = Buffer.concat([requests.next(), requests.next()])
    const messages: Message[] = []
    const reader = new MessageReader()

    for (let at = 0; at < bytes.length; at += size)
      reader.read(bytes.subarray(at, at + size), (message) => messages.push(message))

    expect(messages.map(({ body }) => String(body))).toEqual(['{"name":"Ada"}', '{"name":"Ada"}'])
    expect(messages[1]?.head).toBe(
      'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer key\r\nContent-Type: application/json\r\nContent-Length: 14',
    )
  })
})

describe('a profile of the benchmark', () => {
  const frame = (name: string, line: number) => ({
    functionName: name,
    url: new URL('../src/main.ts', import.meta.url).href,
    lineNumber: line - 1,
  })
  const profile: Profile = {
    nodes: [
      { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children: [2, 5] },
      { id: 2, callFrame: frame('outer', 10), children: [3] },
      { id: 3, callFrame: frame('inner', 20), children: [4] },
      { id: 4, callFrame: frame('outer', 10) },
      { id: 5, callFrame: { functionName: '(idle)', url: '', lineNumber: -1 } },
    ],
    samples: [2, 3, 4, 5],
    timeDeltas: [1, 10, 100, 1_000],
  }

  it('tells how long each function ran itself, the longest first', () => {
    expect(selfTimes(profile, functionName)).toEqual([
      ['outer src/main.ts:10', 101],
      ['inner src/main.ts:20', 10],
    ])
  })

  it('counts a function that calls itself once', () => {
    expect(totalTimes(profile, functionName)).toEqual([
      ['outer src/main.ts:10', 111],
      ['inner src/main.ts:20', 110],
    ])
  })

  it('reads a profile of allocations as one of bytes', () => {
    const inner = { id: 3, callFrame: frame('inner', 20), selfSize: 10, children: [] }
    const outer = { id: 2, callFrame: frame('outer', 10), selfSize: 1, children: [inner] }
    const root = { functionName: '(root)', url: '', lineNumber: -1 }
    const bytes = readHeapProfile({ head: { id: 1, callFrame: root, selfSize: 0, children: [outer] } })
    expect(selfTimes(bytes, functionName)).toEqual([
      ['inner src/main.ts:20', 10],
      ['outer src/main.ts:10', 1],
    ])
    expect(totalTimes(bytes, functionName)).toEqual([
      ['outer src/main.ts:10', 11],
      ['inner src/main.ts:20', 10],
    ])
  })
})
