import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { createCallbackStore } from './connections/callback-store.ts'
import { createConnectionStore } from './connections/connection-store.ts'
import { createLimitStore } from './connections/limit-store.ts'
import { version } from './contract/version.ts'
import { openStore } from './durability/open-store.ts'
import { SharedPauses } from './durability/shared-pauses.ts'
import { SharedTokens } from './durability/shared-tokens.ts'
import type { ExecutionStore } from './durability/store/execution-store.ts'
import { createEgressClient, type EgressClient } from './egress/egress-client.ts'
import { type Pauses, TargetPauses } from './egress/limits/target-pauses.ts'
import { TokenBuckets, type TokenSource } from './egress/limits/token-buckets.ts'
import { buildApp } from './http/app.ts'
import type { DurableOptions } from './http/app-options.ts'
import { createClientStore } from './http/clients/client-store.ts'
import { limitIdleConnections } from './http/hooks/max-connections.ts'
import type { Log } from './logging/logger.ts'
import { OutageLog } from './logging/outage-log.ts'
import { createProxyStore } from './secrets/proxy-store.ts'
import { createSecretStore } from './secrets/secret-store.ts'
import type { Settings, StoreSettings } from './settings/settings.ts'
import { createSpanExporter } from './tracing/span-exporter.ts'

/** Starts the service, in production and in tests. Closing the app ends it. */
export async function startServer(
  settings: Settings,
  log: Log,
  standIn?: EgressClient,
): Promise<FastifyInstance> {
  const { host, port, access } = settings
  const own = {
    address: host,
    /** Read for every call, because with port 0 the system chooses the port. */
    get port() {
      return listeningAddress(app)?.port ?? port
    },
  }
  const debug = (details: object, message: string) => log.debug(details, message)
  const secrets = createSecretStore({ ...settings.secrets, log })
  const proxy = settings.proxy === null ? null : createProxyStore({ ...settings.proxy, secrets, log })
  const maxIdle = limitIdleConnections(settings.maxConnections)
  const hostLimits = createLimitStore({ ...settings.limits, log })
  const durable = settings.durability === null ? null : await openDurable(settings, settings.durability, log)
  const egressClient =
    standIn ??
    createEgressClient({
      ...settings.egress,
      hostLimits,
      proxy,
      maxIdle,
      tokens: durable === null ? undefined : shareTokens(durable.store),
      pauses: durable === null ? undefined : sharePauses(durable.store, settings.egress.maxPauseMs, log),
      own,
      onPause: (pause) =>
        log.warn(pause, 'the target asked for a pause; it holds for all calls of the connection'),
      log: debug,
    })
  const connections = createConnectionStore({ ...settings.connections, log })
  const clients = access.kind === 'open' ? null : createClientStore({ ...access, log })
  const spanExporter = await createSpanExporter(settings.traces, {
    serviceVersion: version,
    instanceId: settings.instance,
    onLoss: (loss) => log.warn(loss, 'spans could not be delivered and are lost'),
  })
  const app = await buildApp({
    ...settings,
    durable,
    egressClient,
    secrets,
    connections,
    hostLimits,
    clients,
    spanExporter,
    log,
  })
  app.addHook('onClose', async () => proxy?.close())
  await app.listen({ host, port })
  log.info(`listening on ${app.listeningOrigin}`)
  return app
}

const hourMs = 3_600_000

/** Where the store is that of several instances, these share the rates of calls, too. */
function shareTokens(store: ExecutionStore): TokenSource | undefined {
  const now = () => performance.now()
  return store.traits.shared ? new SharedTokens({ store, now, own: new TokenBuckets({ now }) }) : undefined
}

/** And the pauses of connections. */
function sharePauses(store: ExecutionStore, maxMs: number, log: Log): Pauses | undefined {
  const now = () => performance.now()
  if (store.pauses === null) return undefined
  return new SharedPauses({
    store: store.pauses,
    storeNow: () => store.now(),
    own: new TargetPauses({ now, maxMs }),
    now,
    onLearn: (pause) =>
      log.info(
        pause,
        'the target asked another instance for a pause; it holds for all calls of the connection',
      ),
  })
}

async function openDurable(
  { egress }: Settings,
  {
    url,
    keys,
    maxConnections,
    maxBacklog,
    idempotencyHours,
    resultHours,
    maxAgeMs,
    publicUrl,
    ...own
  }: StoreSettings,
  log: Log,
): Promise<DurableOptions> {
  const listeners: (() => void)[] = []
  let isLost = false
  const outages = new OutageLog({
    log,
    failing: 'the store cannot be reached or written',
    over: 'the store can be reached and written again',
  })
  const store = await openStore(url, {
    keys,
    maxConnections,
    maxBacklog,
    idempotencyMs: idempotencyHours * hourMs,
    resultMs: resultHours * hourMs,
    now: () => Date.now(),
    tokens: new TokenBuckets({ now: () => performance.now() }),
    onUnavailable(reason) {
      outages.failed(reason)
      for (const listener of listeners) listener()
    },
    onWarning: (message) => log.warn(message),
    onLost() {
      isLost = true
      log.error(
        { path: url.scheme === 'sqlite' ? url.path : null },
        'the file of the store was deleted or replaced while the service runs: nothing is stored any more; put it back and start the service again',
      )
    },
  })
  const { maxPerHost } = egress
  const callbacks = createCallbackStore({ ...own.callbacks, log })
  const onStoreFailure = (listener: () => void) => void listeners.push(listener)
  return {
    store,
    isStoreLost: () => isLost,
    onStoreFailure,
    callbacks,
    storesSecrets: keys.length > 0,
    maxAgeMs,
    maxBacklog,
    publicUrl,
    maxPerHost,
  }
}

/** Null before the service listens. The address of a TCP server is an AddressInfo. */
function listeningAddress({ server }: FastifyInstance): AddressInfo | null {
  return server.address() as AddressInfo | null
}
