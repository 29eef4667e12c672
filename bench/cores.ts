import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Who runs where. `load` has the receiver beside it unless there are three cores. */
export interface Cores {
  readonly load: number
  readonly receiver: number
  readonly service: number
}

/** Null where processes cannot be bound to a core: no taskset, or only one core. */
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

/** The command that runs `command` and is killed when this process ends in any way. Where there is no setpriv, as it is. */
export function tied(command: readonly string[]): readonly string[] {
  hasSetpriv ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0
  return hasSetpriv ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command
}

let hasSetpriv: boolean | undefined

/** Binds this process, all of its threads. */
export function stayOnCore(core: number): void {
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)])
}

/** As in `0-3,6` */
function allowedCores(): readonly number[] {
  const [, list = ''] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}
