/**
 * The one class of undici that the service uses. The main file of undici would load everything, fetch and proxies
 * included.
 */
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici'
}

/** `kParser`: the key under which undici stores the parser of a socket. */
declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: unique symbol }
  export default symbols
}
