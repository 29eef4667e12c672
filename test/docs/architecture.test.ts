import { existsSync, globSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rowsUnder, section } from './support/markdown.ts'
import { read, root } from './support/pages.ts'

const rows = rowsUnder(section(read('docs/architecture.md'), 'Layout'), 'folder or file')
const listed = rows.map(([cell = '']) => cell.replaceAll('`', ''))

describe('the layout in docs/architecture.md', () => {
  it('has every folder and every folder and file of src', () => {
    const topFolders = listEntries('.').filter((entry) => entry.endsWith('/') && entry !== 'src/')
    const filesOfSrc = listEntries('src').filter((entry) => !entry.endsWith('/'))
    const foldersOfSrc = globSync('src/**/', { cwd: root }).filter(hasFiles)

    const expected = [
      ...topFolders,
      ...filesOfSrc.map((file) => `src/${file}`),
      ...foldersOfSrc.map((folder) => `${folder.replace(/\/$/, '')}/`).filter((folder) => folder !== 'src/'),
    ]
    expect(listed.toSorted()).toEqual(expected.toSorted())
  })

  it('gives each of them a purpose', () => {
    for (const [name, purpose = ''] of rows) expect(purpose, name).toMatch(/\w{3}/)
  })

  it('lists folders of src before those that import them, save for their own subfolders', () => {
    const wrong = globSync('src/*/**/*.ts', { cwd: root }).flatMap((file) =>
      foldersImportedBy(file)
        .filter((folder) => !`${folder}/`.startsWith(`${dirname(file)}/`))
        .filter((folder) => position(folder) > position(dirname(file)))
        .map((folder) => `${file} imports ${folder}/`),
    )

    expect(wrong).toEqual([])
  })
})

/** The row of a folder; it has one, as another test says. */
function position(folder: string): number {
  return listed.indexOf(`${folder}/`)
}

function foldersImportedBy(file: string): string[] {
  return [...read(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
    .map(([, specifier = '']) => normalize(join(dirname(file), dirname(specifier))))
    .filter((folder) => folder.startsWith('src/'))
}

/** What is in a folder, less what is not kept: folders end in a slash, empty ones do not count. */
function listEntries(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const { name } = entry
    if (name.startsWith('.') || name === 'node_modules' || name === 'coverage') return []
    if (!entry.isDirectory()) return [name]
    return hasFiles(join(folder, name)) ? [`${name}/`] : []
  })
}

function hasFiles(folder: string): boolean {
  return existsSync(join(root, folder)) && globSync('**/*.*', { cwd: join(root, folder) }).length > 0
}
