import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

/**
 * Bytes per connection that the kernel holds and the client has not confirmed, as a text. Two equal texts mean no
 * progress.
 */
export interface SendQueues {
  of(socket: Socket): string
}

const tables = ['/proc/net/tcp', '/proc/net/tcp6']

/**
 * Reads the kernel's tables of connections. A very slow reader may take nothing from the process for seconds. Only
 * these tables tell it from a client that reads nothing. On systems other than Linux all queues appear equal.
 */
export async function readSendQueues(): Promise<SendQueues> {
  const texts = await Promise.all(tables.map((table) => readFile(table, 'latin1').catch(() => '')))
  const queues = new Map<string, string>()
  for (const [, localPort, remotePort, queue] of texts.join('').matchAll(row)) {
    const ports = `${localPort}:${remotePort}`
    // Clients on different machines may have the same port. Then progress of one counts for both.
    queues.set(ports, `${queues.get(ports) ?? ''} ${queue}`)
  }
  return { of: ({ localPort, remotePort }) => queues.get(`${hex(localPort)}:${hex(remotePort)}`) ?? '' }
}

/** `  0: 0100007F:0BB8 0100007F:D2F0 01 0038D400:00000000 …`, proc(5). */
const row = /^ *\d+: [\dA-F]+:([\dA-F]{4}) [\dA-F]+:([\dA-F]{4}) [\dA-F]{2} ([\dA-F]{8}):/gm

function hex(port = 0): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}
