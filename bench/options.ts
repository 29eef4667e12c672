import { InvalidOptions, readCommandLine } from './command-line.ts'

/** What a run may measure. */
const parts = ['comparison', 'footprint', 'growth', 'leak'] as const

/** What a run may measure. */
export type Part = (typeof parts)[number]

export interface Options {
  readonly parts: readonly Part[]
  /** A shorter run, to see whether everything works and the rough results. */
  readonly isQuick: boolean
  readonly hasPeer: boolean
  readonly takesProfile: boolean
  readonly leakCalls: number
}

export const usage = `npm run bench -- [options]

Without options: comparison with the bare forwarder, start and memory, and how cost grows; about 12 minutes.
A whole run writes bench/results.md; one with --quick or --only prints its tables.

  --peer node-red   compare with Node-RED too; it is installed into a temporary folder
  --leak            also measure what calls of every kind leave behind
  --calls N         the number of calls for --leak (default 1000000)
  --only PART       one of ${parts.join(', ')}; may be repeated
  --quick           a shorter run, whose results are rough
  --profile         only CPU profiles of service and bare forwarder under load
  --help            this text
`

/** Null if help is asked for. Throws `InvalidOptions`. */
export function readOptions(args: readonly string[]): Options | null {
  const { peer, leak, calls, only, quick, profile, help } = readCommandLine(args, options, 'bench')
  if (help) return null
  if (peer !== undefined && peer !== 'node-red')
    throw invalid(`--peer "${peer}" is not known; there is node-red.`)
  if (!/^[1-9]\d{0,8}$/.test(calls)) throw invalid(`--calls "${calls}" is not a number from 1 to 999999999.`)
  if (profile && only !== undefined) throw invalid('--profile only takes profiles: leave out --only.')
  const unknown = only?.find((name) => !isPart(name))
  if (unknown !== undefined) throw invalid(`--only "${unknown}" is not known; there are ${parts.join(', ')}.`)
  return {
    parts: only?.filter(isPart) ?? parts.filter((part) => part !== 'leak' || leak),
    isQuick: quick,
    hasPeer: peer !== undefined,
    takesProfile: profile,
    leakCalls: Number(calls),
  }
}

const options = {
  peer: { type: 'string' },
  leak: { type: 'boolean', default: false },
  calls: { type: 'string', default: '1000000' },
  only: { type: 'string', multiple: true },
  quick: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

function invalid(message: string): InvalidOptions {
  return new InvalidOptions(message, 'bench')
}

function isPart(name: string): name is Part {
  return parts.some((part) => part === name)
}
