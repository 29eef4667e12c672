import { isatty } from 'node:tty'
import closeWithGrace from 'close-with-grace'
import { createLogger } from './logging/logger.ts'
import { logOutput } from './logging/output.ts'
import { startServer } from './service.ts'
import { InvalidSettings, readSettings, type Settings } from './settings/settings.ts'

/** How long after the grace the process is given up, should anything still hold it. */
const lastResortMs = 2_000

/** For the last lines of the log, where closing has taken all of the grace. */
const lastLinesMs = 200

// Dates of templates are in UTC. LiquidJS reads a text without a zone, and the hours of any date, by the zone of the process.
process.env.TZ = 'UTC'

const settings = settingsOrExit()
const output = await logOutput({ isTerminal: isatty(1) })
const log = createLogger(settings.logLevel, output)
const starting = startServer(settings, log)

// A second signal, or a second error, ends the process at once with 1.
closeWithGrace({ delay: settings.shutdownGraceMs + lastResortMs, logger: log }, async ({ err, signal }) => {
  if (err) log.fatal({ err }, 'closing after an unexpected error')
  else log.info({ signal }, 'closing once the running calls have ended')
  const endsAt = performance.now() + settings.shutdownGraceMs
  const app = await starting
  await app.close()
  await output.drain(Math.max(lastLinesMs, endsAt - performance.now()))
})

await starting.catch(exitWhereNobodyCanListen)
for (const notice of settings.notices) log.warn(notice)

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env)
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

/** Also where the address is none of this machine or the port is a privileged one. Anything else is a bug. */
async function exitWhereNobodyCanListen(error: unknown): Promise<never> {
  if (!(error instanceof Error && 'syscall' in error)) throw error
  log.fatal(`cannot listen on ${settings.host} port ${settings.port}: ${error.message}`)
  await output.drain(lastLinesMs)
  process.exit(1)
}
