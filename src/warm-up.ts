import { service } from './main.ts'

// Run once when the image is built, with PORT=0, so that Node's compile cache has what a start, a health check and the
// first visit of a page load. Exits with the code of the health check.

for (const path of ['/console', '/docs/json', '/errors', '/alerts']) {
  const response = await fetch(service.listeningOrigin + path)
  if (!response.ok) throw new Error(`${path} is answered with ${response.status}`)
  await response.bytes()
}
process.env.PORT = new URL(service.listeningOrigin).port
await import('./healthcheck.ts')
