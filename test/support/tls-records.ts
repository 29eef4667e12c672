import { createCipheriv, createHmac } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { Credentials } from '../../testkit/certificates.ts'
import { type Listening, listen } from '../../testkit/listen.ts'

/** The version of TLS decides how records are protected. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/** Content types of TLS records. */
export const alert = 21
export const handshake = 22
export const applicationData = 23

/** Makes one record after the other, as they go over the wire. */
export type Seal = (type: number, content: Buffer, padding?: number) => Buffer

/** Plays its part when the first bytes of a request have come. */
export type RecordPart = (tcp: Socket, seal: Seal) => void

/**
 * Creates a TLS server that writes records as no library would. Handshakes are Node's own, by way of a stream that counts its records. What comes behind is made by hand, with the
 * secrets that Node tells.
 */
export async function createRecordServer(
  credentials: Credentials,
  version: TlsVersion,
  part: RecordPart,
): Promise<Listening> {
  const context = createSecureContext({
    ...credentials,
    minVersion: version,
    maxVersion: version,
    ciphers:
      version === 'TLSv1.2'
        ? 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256'
        : 'TLS_AES_128_GCM_SHA256',
  })
  const server = createServer({ noDelay: true }, (tcp) => {
    const records = new RecordReader()
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        records.read(chunk)
        tcp.write(chunk, done)
      },
    })
    tcp.on('data', (chunk) => wire.push(chunk))
    const tls = new TLSSocket(wire, { isServer: true, secureContext: context, ALPNProtocols: ['http/1.1'] })
    const secrets = new Map<string, readonly Buffer[]>()
    tls.on('error', () => {})
    tls.on('keylog', (line) => {
      const [label = '', ...values] = line.toString().trim().split(' ')
      secrets.set(
        label,
        values.map((value) => Buffer.from(value, 'hex')),
      )
    })
    tls.once('data', async () => {
      if (version === 'TLSv1.2') part(tcp, sealer12(secrets, records))
      else {
        while (records.protectedRecords < handshakeRecords + ticketRecords) await nextTurn()
        part(tcp, sealer13(secrets))
      }
    })
  })
  return await listen(server)
}

/** Notes what the records of a handshake tell. */
class RecordReader {
  serverRandom: Buffer = Buffer.alloc(32)
  /** Behind the change to the keys that were agreed on. */
  protectedRecords = 0
  #unread: Buffer = Buffer.alloc(0)
  #hasChanged = false

  read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    while (this.#unread.length >= 5 && this.#unread.length >= 5 + this.#unread.readUInt16BE(3)) {
      const end = 5 + this.#unread.readUInt16BE(3)
      this.#note(this.#unread.subarray(0, end))
      this.#unread = this.#unread.subarray(end)
    }
  }

  #note(record: Buffer): void {
    const [type] = record
    if (this.#hasChanged) this.protectedRecords += 1
    else if (type === 20) this.#hasChanged = true
    // Record header, header of the message, version.
    else if (record[5] === 2) this.serverRandom = Buffer.from(record.subarray(11, 43))
  }
}

type Secrets = ReadonlyMap<string, readonly Buffer[]>

/** RFC 5246, section 6.2.3.3, and RFC 5288. */
function sealer12(secrets: Secrets, { serverRandom, protectedRecords }: RecordReader): Seal {
  const [clientRandom, master] = secrets.get('CLIENT_RANDOM') ?? []
  if (clientRandom === undefined || master === undefined) throw new Error('no secret of TLS 1.2')
  const block = prf(master, 'key expansion', Buffer.concat([serverRandom, clientRandom]), 40)
  let sequence = BigInt(protectedRecords)
  return (type, content) => {
    const explicit = Buffer.alloc(8)
    explicit.writeBigUInt64BE(sequence)
    sequence += 1n
    const cipher = createCipheriv(
      'aes-128-gcm',
      block.subarray(16, 32),
      Buffer.concat([block.subarray(36), explicit]),
    )
    cipher.setAAD(Buffer.concat([explicit, writeHead(type, content.length)]))
    const sealed = Buffer.concat([explicit, cipher.update(content), cipher.final(), cipher.getAuthTag()])
    return Buffer.concat([writeHead(type, sealed.length), sealed])
  }
}

function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed])
  const blocks: Buffer[] = []
  let previous: Buffer = labelled
  for (let bytes = 0; bytes < length; bytes += 32) {
    previous = hmac(secret, previous)
    blocks.push(hmac(secret, previous, labelled))
  }
  return Buffer.concat(blocks).subarray(0, length)
}

/** Extensions, certificate, its verification, end of the handshake: with the keys of that. */
const handshakeRecords = 4

/** A server of OpenSSL sends two tickets behind, with the keys of the connection. */
const ticketRecords = 2

const keyUpdate = 24

/** RFC 8446, sections 5.2, 5.3 and 7.2. */
function sealer13(secrets: Secrets): Seal {
  const [, first] = secrets.get('SERVER_TRAFFIC_SECRET_0') ?? []
  if (first === undefined) throw new Error('no secret of TLS 1.3')
  let secret = first
  let keys = trafficKeys(secret)
  let sequence = BigInt(ticketRecords)
  return (type, content, padding = 0) => {
    const inner = Buffer.concat([content, Buffer.from([type]), Buffer.alloc(padding)])
    const nonce = Buffer.alloc(12)
    nonce.writeBigUInt64BE(sequence, 4)
    sequence += 1n
    const cipher = createCipheriv(
      'aes-128-gcm',
      keys.key,
      Buffer.from(nonce.map((byte, at) => byte ^ (keys.iv[at] ?? 0))),
    )
    const head = writeHead(applicationData, inner.length + 16)
    cipher.setAAD(head)
    const record = Buffer.concat([head, cipher.update(inner), cipher.final(), cipher.getAuthTag()])
    if (type === handshake && content[0] === keyUpdate) {
      secret = expandLabel(secret, 'traffic upd', 32)
      keys = trafficKeys(secret)
      sequence = 0n
    }
    return record
  }
}

function trafficKeys(secret: Buffer): { readonly key: Buffer; readonly iv: Buffer } {
  return { key: expandLabel(secret, 'key', 16), iv: expandLabel(secret, 'iv', 12) }
}

/** HKDF-Expand-Label for up to one block, without context. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`)
  return hmac(secret, Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])).subarray(0, length)
}

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest()
}

function writeHead(type: number, length: number): Buffer {
  return Buffer.from([type, 3, 3, length >> 8, length & 0xff])
}
