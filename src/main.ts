import closeWithGrace from 'close-with-grace'
import { createLogger } from './http/log.ts'
import { startServer } from './http/server.ts'
import { InvalidSettings, readSettings, type Settings } from './settings.ts'

/** How much longer than the longest call the process may take to end. */
const graceMs = 5_000

const settings = settingsOrExit()
const log = createLogger(settings.logLevel)
const starting = startServer(settings, log)

closeWithGrace({ delay: settings.maxTimeoutMs + graceMs, logger: log }, async ({ err, signal }) => {
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
