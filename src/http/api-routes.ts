import type { FastifyInstance } from 'fastify'
import { refuseCodings, refuseQuery } from './body/json-body.ts'
import { guardAccess, limitTenants, requireRight } from './clients/access.ts'
import type { ClientStore } from './clients/client-store.ts'
import { refuseWhile } from './hooks/graceful-shutdown.ts'
import { type ConnectionsRouteOptions, connectionsRoute } from './routes/connections.ts'
import { type ExecuteRouteOptions, executeRoute } from './routes/execute.ts'
import { cancelRoute } from './routes/executions/cancel.ts'
import { listRoute } from './routes/executions/list.ts'
import { redriveRoute } from './routes/executions/redrive.ts'
import { resultRoute } from './routes/executions/result.ts'
import { showRoute } from './routes/executions/show.ts'
import { type SubmitRouteOptions, submitRoute } from './routes/executions/submit.ts'
import { type NodesRouteOptions, nodesRoute } from './routes/nodes.ts'
import { previewRoute } from './routes/preview.ts'

export interface ApiOptions extends ExecuteRouteOptions, SubmitRouteOptions, ConnectionsRouteOptions {
  /** Null: the service asks for no key. */
  readonly clients: ClientStore | null
  readonly sharedStatistics: NodesRouteOptions['statistics']
  readonly countedBy: NodesRouteOptions['countedBy']
  readonly isDraining: () => boolean
}

/** The routes under `/v1`, by the right that they need, and what may refuse their requests before the body is read. */
export async function apiRoutes(api: FastifyInstance, options: ApiOptions): Promise<void> {
  const { clients, concurrency, isDraining } = options
  guardAccess(api, clients)
  // These routes are needed most when the service accepts no more work.
  await api.register(async (reading) => {
    requireRight(reading, 'read')
    const { sharedStatistics: statistics, countedBy } = options
    await reading.register(nodesRoute, { statistics, countedBy })
    await reading.register(connectionsRoute, options)
    await reading.register(listRoute, options)
  })
  await api.register(async (results) => {
    requireRight(results, 'execute', 'read')
    await results.register(showRoute, options)
    await results.register(resultRoute, options)
  })
  await api.register(async (redriving) => {
    requireRight(redriving, 'redrive')
    refuseQuery(redriving)
    refuseCodings(redriving)
    refuseWhile(isDraining, redriving)
    await redriving.register(redriveRoute, options)
  })
  await api.register(async (cancelling) => {
    requireRight(cancelling, 'execute')
    refuseQuery(cancelling)
    refuseWhile(isDraining, cancelling)
    await cancelling.register(cancelRoute, options)
  })
  await api.register(async (work) => {
    requireRight(work, 'execute')
    refuseQuery(work)
    refuseCodings(work)
    refuseWhile(isDraining, work)
    concurrency.limit(work)
    limitTenants(work)
    concurrency.limitTenants(work)
    await work.register(executeRoute, options)
    await work.register(previewRoute, options)
    await work.register(submitRoute, options)
  })
}
