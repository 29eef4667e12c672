import busboy from 'busboy'

/** A part as a receiver reads it. `filename` and `type` are null for a field. */
export interface ReadPart {
  readonly name: string
  readonly filename: string | null
  readonly type: string | null
  readonly content: Buffer
}

/** Reads a multipart body with busboy, as many receivers do. Rejects a body that is not whole. */
export function readMultipart(contentType: string, body: Buffer): Promise<readonly ReadPart[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly ReadPart[]>()
  const parts: ReadPart[] = []
  const limits = { fieldNameSize: 65_536, fieldSize: 67_108_864 }
  const reader = busboy({
    headers: { 'content-type': contentType },
    limits,
    defParamCharset: 'utf8',
    preservePath: true,
  })
  reader.on('field', (name, value) =>
    parts.push({ name, filename: null, type: null, content: Buffer.from(value) }),
  )
  reader.on('file', (name, stream, { filename, mimeType }) => {
    const chunks: Buffer[] = []
    const index = parts.push({ name, filename: filename ?? '', type: mimeType, content: Buffer.alloc(0) }) - 1
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      parts[index] = { name, filename: filename ?? '', type: mimeType, content: Buffer.concat(chunks) }
    })
  })
  reader.on('error', reject)
  reader.on('close', () => resolve(parts))
  reader.end(body)
  return promise
}
