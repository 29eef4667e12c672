import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import type { Cores } from './cores.ts'

/** What the numbers were measured on, as rows of a table. */
export type Machine = readonly (readonly [what: string, which: string])[]

export function describeMachine(cores: Cores | null, command: string): Machine {
  const processors = cpus()
  return [
    ['command', `\`${command}\``],
    ['date', new Date().toISOString().slice(0, 10)],
    ['commit', commit()],
    ['processor', `${processors[0]?.model ?? 'unknown'}, ${processors.length} cores`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${type()} ${release()}`],
    [
      'busy with other things before',
      `${(loadavg()[0] ?? 0).toFixed(2)} processes (load average of a minute)`,
    ],
    ['cores', describeCores(cores)],
    ['Node', process.version],
    ...['fastify', 'undici', 'liquidjs', 'pino'].map((name) => [name, versionOf(name)] as const),
  ]
}

function describeCores(cores: Cores | null): string {
  if (cores === null) return 'not assigned'
  const { load, receiver, service } = cores
  return `service ${service}, load ${load}, receiver ${receiver}`
}

function commit(): string {
  const changes = git('status', '--porcelain', '--', '../src', '../package-lock.json', '.', ':!results.md')
  if (changes === null) return 'not a checkout'
  return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : ' and changes'}`
}

/** Null where there is no repository, or no git. */
function git(...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}

function versionOf(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}
