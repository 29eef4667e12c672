/** The one class that we use of undici; all of it would be loaded from its main file, fetch and proxies included. */
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici'
}

/** Where it keeps what reads a connection. */
declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: unique symbol }
  export default symbols
}
