/** The one class that we use of undici; all of it would be loaded from its main file, fetch and proxies included. */
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici'
}
