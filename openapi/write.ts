import { writeFile } from 'node:fs/promises'
import { generateDocument } from './documentation.ts'

// Writes the document that the service serves at /openapi.json; a test fails when the schemas say something else.

const file = new URL('openapi.json', import.meta.url)
await writeFile(file, `${JSON.stringify(await generateDocument(), null, 2)}\n`)
