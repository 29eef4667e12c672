import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tied } from './cores.ts'
import { type Load, loadFully } from './load.ts'
import { type Requests, serialNumber } from './requests.ts'
import type { Tool } from './tools.ts'

/** A generator of full load. */
export interface FullLoad {
  readonly name: string
  run(aim: FullAim, extent: FullExtent): Promise<Load>
}

/** Port and requests. */
export interface FullAim {
  readonly port: number
  readonly requests: Requests
}

interface FullExtent {
  readonly connections: number
  readonly seconds: number
}

/** Calls from this process. */
export const ownFullLoad: FullLoad = { name: 'own, on Node', run: loadFully }

/** Calls from wrk, which uses less processor time. The request is passed in a file of the directory. */
export function wrkFullLoad({ command, version }: Tool, directory: string): FullLoad {
  return {
    name: `wrk ${version}`,
    async run({ port, requests }, { connections, seconds }) {
      const file = join(directory, `${port}.request`)
      await writeFile(file, requests.template)
      const wholeSeconds = Math.ceil(seconds)
      const extent = `--connections ${connections} --duration ${wholeSeconds}s --timeout ${patienceSeconds}s`
      const [program = '', ...args] = tied([
        ...[command, '--threads', '1', ...extent.split(' '), '--script', script, `http://127.0.0.1:${port}/`],
        ...['--', file, String(requests.distinct), serialNumber],
      ])
      const limit = { timeout: (wholeSeconds + graceSeconds) * 1_000 }
      const { stdout } = await promisify(execFile)(program, args, limit)
      return readSummary(stdout, connections)
    },
  }
}

const script = fileURLToPath(new URL('wrk.lua', import.meta.url))
/** Time for wrk to start and to end. */
const graceSeconds = 10
/** How long wrk waits for a reply. */
const patienceSeconds = 10

/** The last line of `wrk.lua`. */
function readSummary(output: string, connections: number): Load {
  const [, requests, microseconds, refused, lost] = /^(\d+) (\d+) (\d+) (\d+)\n$/m.exec(output) ?? []
  if (lost === undefined) throw new Error(`wrk has no summary. It said:\n${output}`)
  return {
    seconds: Number(microseconds) / 1e6,
    succeeded: Number(requests) - Number(refused),
    failed: Number(refused) + Number(lost),
    cutOff: connections,
  }
}
