import { writeFile } from 'node:fs/promises'
import { makeTemplate } from './template.ts'

// Writes the element template. A test fails if the file is out of date.

const file = new URL('webhook.json', import.meta.url)
await writeFile(file, `${JSON.stringify(makeTemplate(), null, 2)}\n`)
