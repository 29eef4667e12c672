import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the repository. */
export const root = join(import.meta.dirname, '../../..')

/** Reads a file of the repository. */
export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** All pages for people, as paths in the repository. */
export const pages: readonly string[] = globSync(['*.md', 'docs/**/*.md', 'recipes/{,*/}README.md'], {
  cwd: root,
  exclude: ['recipes/node_modules'],
}).toSorted()
