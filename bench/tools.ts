import { spawnSync } from 'node:child_process'
import { readInstructions } from './instructions.ts'

/** An installed program. */
export interface Tool {
  readonly command: string
  readonly version: string
}

/** Programs that improve a measurement. Null if not installed. */
export interface Tools {
  readonly nginx: Tool | null
  readonly wrk: Tool | null
  readonly instructions: InstructionCounter
}

/** Whether `perf` counts instructions here. */
type InstructionCounter = 'counted' | 'not counted: no perf' | 'not counted: perf cannot, here'

/** Debian installs nginx in a directory that only root has in its PATH. */
const nginxCommands = ['nginx', '/usr/sbin/nginx']

export function findTools(): Tools {
  const nginx = nginxCommands.map((command) => findTool(command, /nginx version: \w+\/(\S+)/))
  return {
    nginx: nginx.find((tool) => tool !== null) ?? null,
    wrk: findTool('wrk', /^wrk (\S+)/),
    instructions: findCounter(),
  }
}

function findTool(command: string, pattern: RegExp): Tool | null {
  const { error, stdout, stderr } = spawnSync(command, ['-v'], { encoding: 'utf8' })
  if (error !== undefined) return null
  const [, version] = pattern.exec(`${stdout}${stderr}`) ?? []
  return version === undefined ? null : { command, version }
}

function findCounter(): InstructionCounter {
  const args = ['stat', '-x', ',', '-e', 'instructions:u', 'true']
  const { error, stderr } = spawnSync('perf', args, { encoding: 'utf8' })
  if (error !== undefined) return 'not counted: no perf'
  return readInstructions(stderr) === null ? 'not counted: perf cannot, here' : 'counted'
}
