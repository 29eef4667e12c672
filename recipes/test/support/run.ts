import { execFile } from 'node:child_process'
import { onTestFinished } from 'vitest'

/** How a program ended. */
export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, or to that of the test, with Node.js and the usual programs in its path. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const { PATH = '' } = process.env
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH, NO_COLOR: '1', ...env } }
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code)
      resolve({ status, stdout, stderr })
    })
    onTestFinished(() => void child.kill('SIGKILL'))
  })
}
