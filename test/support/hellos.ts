import { type Part, write } from '../../testkit/raw-server.ts'

/** Answers the ClientHello with a fatal alert, and ends the connection. */
export function alert(description: number): Part {
  return write(Buffer.from([0x15, 3, 3, 0, 2, 2, description]))
}

/** A ServerHello of TLS 1.2 without any extension, also without that of secure renegotiation. */
export const bareHello = Buffer.concat([
  Buffer.from('160303002a020000260303', 'hex'),
  Buffer.alloc(32, 7),
  Buffer.from('00c02b00', 'hex'),
])
