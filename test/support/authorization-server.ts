import { createServer } from 'node:https'
import Provider from 'oidc-provider'
import { onTestFinished } from 'vitest'
import { listen } from '../../testkit/listen.ts'
import { credentials } from './servers.ts'

/** A client that may ask for tokens. */
interface RegisteredClient {
  readonly id: string
  readonly secret: string
  readonly auth: 'client_secret_basic' | 'client_secret_post'
}

/** A real authorization server. */
export interface AuthorizationServer {
  readonly tokenUrl: string
  /** Whether a token is valid now. */
  knows(token: string): Promise<boolean>
  revoke(token: string): Promise<void>
}

/** Starts an authorization server that is gone when the test ends. Clients may ask for `leads.write`, and not for `admin`. */
export async function authorizationServer(
  clients: readonly RegisteredClient[],
  lifetimeSeconds = 600,
): Promise<AuthorizationServer> {
  const server = createServer(credentials)
  const { port, close } = await listen(server)
  onTestFinished(close)
  const provider = new Provider(`https://localhost:${port}`, {
    clients: clients.map(({ id, secret, auth }) => ({
      client_id: id,
      client_secret: secret,
      token_endpoint_auth_method: auth,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: 'leads.write',
    })),
    scopes: ['leads.write', 'admin'],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    ttl: { ClientCredentials: lifetimeSeconds },
  })
  server.on('request', provider.callback())
  const find = (token: string) => provider.ClientCredentials.find(token)
  return {
    tokenUrl: `https://localhost:${port}/token`,
    knows: async (token) => (await find(token)) !== undefined,
    revoke: async (token) => (await find(token))?.destroy(),
  }
}
