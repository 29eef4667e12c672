import { onTestFinished } from 'vitest'
import { buildApp } from '../../src/http/app.ts'
import type { AppOptions } from '../../src/http/app-options.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { readSettings } from '../../src/settings/settings.ts'
import { testEgressClient } from './egress-client.ts'
import { emptyConnectionStore } from './empty-connection-store.ts'
import { emptySecretStore } from './empty-secret-store.ts'

/** The URL of an application with options that no setting has. It is closed when the test ends. */
export async function startApp(
  own: Partial<AppOptions>,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const app = await buildApp({
    ...readSettings(environment),
    egressClient: testEgressClient(),
    secrets: emptySecretStore,
    connections: emptyConnectionStore,
    clients: null,
    spanExporter: null,
    log: createLogger('silent'),
    ...own,
  })
  onTestFinished(() => {
    app.server.closeIdleConnections() // those of fetch
    return app.close()
  })
  return await app.listen({ port: 0, host: '127.0.0.1' })
}
