import closeWithGrace from 'close-with-grace'
import { createLogger } from './http/log.ts'
import { logOutput } from './http/log-output.ts'
import { startServer } from './http/server.ts'
import { InvalidSettings, readSettings, type Settings } from './settings.ts'

/** How long after the grace the process is given up, should anything still hold it. */
const lastResortMs = 5_000

const settings = settingsOrExit()
const log = createLogger(settings.logLevel, await logOutput({ isTerminal: process.stdout.isTTY }))
const starting = startServer(settings, log)

// A second signal, or a second error, ends the process at once with 1.
closeWithGrace({ delay: settings.shutdownGraceMs + lastResortMs, logger: log }, async ({ err, signal }) => {
  if (err) log.fatal({ err }, 'closing after an unexpected error')
  else log.info({ signal }, 'closing once the running calls have ended')
  const app = await starting
  await app.close()
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
function exitWhereNobodyCanListen(error: unknown): never {
  if (!(error instanceof Error && 'syscall' in error)) throw error
  log.fatal(`cannot listen on ${settings.host} port ${settings.port}: ${error.message}`)
  process.exit(1)
}
