import { execFile } from 'node:child_process'
import manifest from '../package.json' with { type: 'json' }

// Runs each script of package.json that begins with `check:`, all of them at once. What one has printed is shown when it
// ends, and the last line names those that failed.
const names = Object.keys(manifest.scripts).filter((name) => name.startsWith('check:'))
const failed = (await Promise.all(names.map(run))).filter((name) => name !== null)
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

/** Resolves to the name if the script failed. */
function run(name: string): Promise<string | null> {
  const options = { maxBuffer: Number.POSITIVE_INFINITY }
  return new Promise((resolve) => {
    // `node --run` takes a script that a signal ended for one that passed.
    execFile('npm', ['run', '--silent', name], options, (error, output, complaints) => {
      console.log(`\n== ${name}${error === null ? '' : ' failed'}\n${output}${complaints}`)
      resolve(error === null ? null : name)
    })
  })
}
