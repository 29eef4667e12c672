/** The package brings no types. These are the members that the tests use. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  interface AccessToken {
    destroy(): Promise<void>
  }

  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    readonly ClientCredentials: { find(token: string): Promise<AccessToken | undefined> }
  }
}
