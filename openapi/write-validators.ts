import { writeFile } from 'node:fs/promises'
import { compileValidators } from './validators.ts'

// Writes what the service holds requests against; a test fails when the file is another.

await writeFile(new URL('../src/http/body/validators.cjs', import.meta.url), compileValidators())
