import type { TestProject } from 'vitest/node'
import { Cluster } from './cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgresFolder: string
  }
}

/** One server for all tests. Each has a schema of its own. */
export default function startCluster(project: TestProject): () => void {
  const cluster = new Cluster()
  cluster.start()
  project.provide('postgresFolder', cluster.folder)
  return () => cluster.delete()
}
