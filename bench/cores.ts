import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The cores of the processes. With fewer than three cores the receiver shares that of `load`. */
export interface Cores {
  readonly load: number
  readonly receiver: number
  readonly service: number
}

/** Null if processes cannot be bound to a core: without taskset, or with a single core. */
export function chooseCores(): Cores | null {
  if (spawnSync('taskset', ['--version']).status !== 0) return null
  const [load, receiver = 0, ...others] = allowedCores()
  const service = others.at(-1) ?? receiver
  if (load === undefined || service === load) return null
  return { load, receiver: others.length > 0 ? receiver : load, service }
}

/** The command that runs `command` on a core. */
export function onCore(core: number | undefined, command: readonly string[]): readonly string[] {
  return core === undefined ? command : ['taskset', '--cpu-list', String(core), ...command]
}

/** A command that runs `command` and is killed when this process ends. Without setpriv `command` itself. */
export function tied(command: readonly string[]): readonly string[] {
  hasSetpriv ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0
  return hasSetpriv ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command
}

let hasSetpriv: boolean | undefined

/** Binds all threads of this process to a core. */
export function stayOnCore(core: number): void {
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)])
}

/** Parses a list such as `0-3,6`. */
function allowedCores(): readonly number[] {
  const [, list = ''] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}
