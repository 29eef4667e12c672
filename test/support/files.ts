import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Files of a test that are gone when it ends. */
export interface TestFiles {
  readonly path: string
  /** Writes into the file that is there, as `echo x > file` does. */
  write(name: string, content: string | Buffer): Promise<void>
  /** Replaces the file with a new one, as editors do. */
  replace(name: string, content: string): Promise<void>
  /** Mounts files as Kubernetes does: links to a directory that is itself a link, which is swapped as a whole. */
  mount(files: Readonly<Record<string, string>>): Promise<void>
  remove(name: string): Promise<void>
}

/** An empty directory, or one with these files. */
export async function testFiles(files: Readonly<Record<string, string>> = {}): Promise<TestFiles> {
  const path = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
  onTestFinished(() => rm(path, { recursive: true }))
  const at = (name: string) => join(path, name)
  let mounts = 0

  async function write(name: string, content: string | Buffer): Promise<void> {
    await mkdir(dirname(at(name)), { recursive: true })
    await writeFile(at(name), content)
  }

  for (const [name, content] of Object.entries(files)) await write(name, content)
  return {
    path,
    write,
    async replace(name, content) {
      await write('.new', content)
      await rename(at('.new'), at(name))
    },
    async mount(mounted) {
      const version = `..version-${++mounts}`
      for (const [name, content] of Object.entries(mounted)) await write(join(version, name), content)
      await symlink(version, at('..new'))
      await rename(at('..new'), at('..data'))
      if (mounts > 1) return
      for (const name of Object.keys(mounted)) await symlink(join('..data', name), at(name))
    },
    remove: (name) => rm(at(name), { recursive: true }),
  }
}
