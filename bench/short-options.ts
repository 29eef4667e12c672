import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InvalidOptions, readCommandLine } from './command-line.ts'
import { type Example, examples } from './examples.ts'

export interface ShortOptions {
  readonly example: Example
  /** The other checkout. Null: the bare forwarder. */
  readonly against: string | null
  /** Whether to measure the reporting forwarder instead of the service. */
  readonly isReporting: boolean
}

const [ordinary] = examples as readonly [Example, ...Example[]]

export const shortUsage = `npm run bench:short -- [options]

Measures the service and the bare forwarder in turn on one core, in less than two minutes: CPU time per execution, and
their ratio. Run it before and after a change, or with --against.

  --against DIR     the service of another checkout, with its own node_modules, instead of the bare forwarder
  --reporting       a forwarder that checks, replies, logs and counts as the service does, instead of the service:
                    the least that this costs
  --request NAME    the example to execute; one of
${examples.map(({ name, what }) => `                      ${name.padEnd(20)}  ${what}`).join('\n')}
  --help            this text
`

/** Null if help is asked for. Paths are relative to `directory`. Throws `InvalidOptions`. */
export function readShortOptions(args: readonly string[], directory: string): ShortOptions | null {
  const { against, reporting, request, help } = readCommandLine(args, options, 'bench:short')
  if (help) return null
  const example = examples.find(({ name }) => name === request)
  if (example === undefined)
    throw invalid(
      `--request "${request}" is not known; there are ${examples.map(({ name }) => name).join(', ')}.`,
    )
  const other = against === undefined ? null : checkout(resolve(directory, against))
  return { example, against: other, isReporting: reporting }
}

function checkout(directory: string): string {
  const missing = ['src/main.ts', 'node_modules'].find((name) => !existsSync(join(directory, name)))
  if (missing !== undefined) throw invalid(`--against "${directory}" has no ${missing}.`)
  return directory
}

const options = {
  against: { type: 'string' },
  reporting: { type: 'boolean', default: false },
  request: { type: 'string', default: ordinary.name },
  help: { type: 'boolean', default: false },
} as const

function invalid(message: string): InvalidOptions {
  return new InvalidOptions(message, 'bench:short')
}
