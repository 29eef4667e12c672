import { isatty } from 'node:tty'
import closeWithGrace from 'close-with-grace'
import { collectGarbage } from './collect-garbage.ts'
import { StoreError } from './durability/store/store-error.ts'
import { createLogger } from './logging/logger.ts'
import { logOutput } from './logging/output.ts'
import { startServer } from './service.ts'
import { InvalidSettings, readSettings, type Settings } from './settings/settings.ts'

/** Time after the grace period until a process that still runs is killed. */
const lastResortMs = 2_000

/** Time for the last log lines if closing used up the grace period. */
const lastLinesMs = 200

// Dates in templates are UTC. LiquidJS uses the time zone of the process for texts without a zone, and for the hours
// of a date.
process.env.TZ = 'UTC'

const settings = settingsOrExit()
const output = await logOutput({ isTerminal: isatty(1) })
const log = createLogger(settings.logLevel, output)
const starting = startServer(settings, log)

// A second signal or error ends the process at once, with exit code 1.
closeWithGrace({ delay: settings.shutdownGraceMs + lastResortMs, logger: log }, async ({ err, signal }) => {
  if (err) log.fatal({ err }, 'shutting down after an unexpected error')
  else log.info({ signal }, 'shutting down after the running calls have ended')
  const endsAt = performance.now() + settings.shutdownGraceMs
  const app = await starting
  await app.close()
  await output.drain(Math.max(lastLinesMs, endsAt - performance.now()))
})

/** The service, which listens now. */
export const service = await starting.catch(exitIfStartingFails)
for (const notice of settings.notices) log.warn(notice)

// The start leaves 17 MB of it: docs/decisions/performance.md.
await collectGarbage()

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env)
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

/**
 * Exits if the store cannot be used, or the address is in use or not on this machine, or the port is privileged. Any other error
 * is a bug.
 */
async function exitIfStartingFails(error: unknown): Promise<never> {
  if (error instanceof StoreError) return exit(2, `cannot use the store: ${error.message}`)
  if (!(error instanceof Error && 'syscall' in error)) throw error
  return exit(1, `cannot listen on ${settings.host} port ${settings.port}: ${error.message}`)
}

async function exit(code: number, message: string): Promise<never> {
  log.fatal(message)
  await output.drain(lastLinesMs)
  process.exit(code)
}
