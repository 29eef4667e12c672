import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Cores } from './cores.ts'
import { ownFullLoad } from './full-load.ts'
import type { Tools } from './tools.ts'
import type { World } from './world.ts'

/** The machine, as rows of a table. */
export type Machine = readonly (readonly [what: string, which: string])[]

export function describeMachine({ cores, receiver, load, tools }: World, command: string): Machine {
  const processors = cpus()
  return [
    ['command', `\`${command}\``],
    ['date', new Date().toISOString().slice(0, 10)],
    ['commit', describeCommit()],
    ['processor', `${processors[0]?.model ?? 'unknown'}, ${processors.length} cores`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${type()} ${release()}`],
    ['load before the run', `${(loadavg()[0] ?? 0).toFixed(2)} processes (load average of a minute)`],
    ['cores', describeCores(cores)],
    ['receiver', receiver.name],
    ['full load', load.name],
    ['other loads', ownFullLoad.name],
    ['instructions', describeCounter(tools)],
    ['Node', process.version],
    ...['fastify', 'undici', 'liquidjs', 'pino'].map((name) => [name, findVersion(name)] as const),
  ]
}

function describeCores(cores: Cores | null): string {
  if (cores === null) return 'not assigned'
  const { load, receiver, service } = cores
  return `service ${service}, load ${load}, receiver ${receiver}`
}

/** The commit of a checkout, and whether the files differ from it. */
export function describeCommit(directory = fileURLToPath(new URL('..', import.meta.url))): string {
  const measured = ['src', 'package-lock.json', 'bench', ':!bench/results.md']
  const changes = git(directory, 'status', '--porcelain', '--', ...measured)
  if (changes === null) return 'not a checkout'
  return `${git(directory, 'rev-parse', '--short', 'HEAD')}${changes === '' ? '' : ' and changes'}`
}

/** Null without a repository, or without git. */
function git(directory: string, ...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { cwd: directory, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : null
}

function describeCounter({ instructions }: Tools): string {
  return instructions === 'counted' ? 'in user space, counted by perf' : instructions
}

function findVersion(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}
