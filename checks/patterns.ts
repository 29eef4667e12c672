import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkPatterns } from './check-patterns.ts'

// No regular expression may take more than linear time: otherwise clients and targets would control how long it
// takes.
const root = join(import.meta.dirname, '..')
const files = globSync(
  '{src,demo,openapi,bench,checks,clients/typescript/src,recipes/{bpmn-engine,camunda-8,node}}/**/*.{ts,cjs,js}',
  {
    cwd: root,
    exclude: ['**/*.d.{ts,cts}'],
  },
)
const texts = Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(root, file), 'utf8')]))

const began = performance.now()
const { patterns, exceptions, complaints } = await checkPatterns(texts)
for (const { file, line, message } of complaints) console.error(`${file}:${line}\n  ${message}\n`)
const seconds = ((performance.now() - began) / 1_000).toFixed(1)
const found = complaints.length === 0 ? 'no problems' : `${complaints.length} problems`
console.log(`${patterns} regular expressions, ${exceptions} exceptions, ${found} (${seconds} s)`)
process.exitCode = complaints.length === 0 ? 0 : 1
