import { Writable } from 'node:stream'
import type { ExecuteReply } from '../../../src/contract/execution.ts'
import { createLogger } from '../../../src/logging/logger.ts'
import { startServer } from '../../../src/service.ts'
import { readSettings } from '../../../src/settings/settings.ts'
import { authority } from '../../support/servers.ts'
import type { LogLine } from '../../support/service.ts'

/** A service that outlives one test: to start it anew for every row would take most of the time. */
export interface SharedService {
  readonly log: LogLine[]
  execute(body: unknown): Promise<ExecuteReply>
  close(): Promise<void>
}

export async function startSharedService(): Promise<SharedService> {
  const settings = readSettings({ PORT: '0', LOG_LEVEL: 'debug', EGRESS_ALLOW: '127.0.0.0/8' })
  const log: LogLine[] = []
  const lines = new Writable({
    write(chunk, _encoding, done) {
      log.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const egress = { ...settings.egress, ca: authority.pem }
  const app = await startServer({ ...settings, egress }, createLogger(settings.logLevel, lines))
  return {
    log,
    async execute(body) {
      const reply = await fetch(`${app.listeningOrigin}/v1/execute`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const read: unknown = await reply.json()
      if (reply.status !== 200) throw new Error(JSON.stringify(read))
      return read as ExecuteReply // the OpenAPI document is held against it elsewhere
    },
    close: () => app.close(),
  }
}
