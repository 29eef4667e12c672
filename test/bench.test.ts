import { describe, expect, it } from 'vitest'
import { type Message, MessageReader } from '../bench/message-reader.ts'
import { InvalidOptions, readOptions } from '../bench/options.ts'
import { functionName, type Profile, selfTimes, totalTimes } from '../bench/profile.ts'
import { Requests, serialNumber } from '../bench/requests.ts'

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
  ])('are refused where they ask for what is not there: %s %s', (...args) => {
    expect(() => readOptions(args.filter((arg) => arg !== undefined))).toThrow(InvalidOptions)
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
})
