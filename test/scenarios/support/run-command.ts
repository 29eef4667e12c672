import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { authority } from '../../support/servers.ts'

const run = promisify(execFile)

/** Runs a curl command of a preview in a shell that has the variables. */
export async function runCommand(
  command: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'curl-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const bundle = join(folder, 'ca.pem')
  writeFileSync(bundle, authority.pem)
  const env = { PATH: process.env.PATH, CURL_CA_BUNDLE: bundle, ...variables }
  const script = join(folder, 'command.sh')
  writeFileSync(script, command)
  await run('/bin/bash', ['--noprofile', '--norc', script], { env })
}
