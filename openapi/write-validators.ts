import { writeFile } from 'node:fs/promises'
import { compileValidators } from './validators.ts'

// Writes the compiled validators. A test fails if the file is out of date.

await writeFile(new URL('../src/http/body/validators.cjs', import.meta.url), compileValidators())
