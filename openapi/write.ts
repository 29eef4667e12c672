import { writeFile } from 'node:fs/promises'
import { generateDocument } from './documentation.ts'

// Writes the document that the service serves at /openapi.json. A test fails if the file is out of date.

const file = new URL('openapi.json', import.meta.url)
await writeFile(file, `${JSON.stringify(await generateDocument(), null, 2)}\n`)
