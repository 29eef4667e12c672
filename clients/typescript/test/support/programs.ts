import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

const run = promisify(execFile)

/** The folder of the client. */
export const folder = join(import.meta.dirname, '../..')

/** Runs a program of the client's packages, by its file. Rejects with its output where it fails. */
export async function runPackage(file: string, args: readonly string[], cwd = folder): Promise<string> {
  return await runProgram(process.execPath, [join(folder, 'node_modules', file), ...args], cwd)
}

/** Runs a program. Rejects with its output where it fails. */
export async function runProgram(program: string, args: readonly string[], cwd = folder): Promise<string> {
  try {
    return (await run(program, [...args], { cwd, env: { ...process.env, NO_COLOR: '1' } })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

/** The compiler of the client. `checks` are those beyond `--strict`. */
export function compile(
  files: readonly string[],
  cwd: string,
  module: 'nodenext' | 'node16' | 'preserve' | 'commonjs',
  checks: readonly string[] = [],
): Promise<string> {
  const options = [
    '--noEmit',
    '--strict',
    ...checks,
    '--target',
    'es2022',
    '--lib',
    'es2022,dom,dom.iterable',
  ]
  const resolution = module === 'commonjs' ? ['--moduleResolution', 'node10'] : []
  return runPackage('typescript/bin/tsc', [...options, '--module', module, ...resolution, ...files], cwd)
}

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'webhook-node-client-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

/** A file of the repository, as text. */
export function readFromRepository(path: string): Promise<string> {
  return readFile(join(folder, '../..', path), 'utf8')
}
