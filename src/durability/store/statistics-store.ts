/** What one instance has counted of one node and tenant. Its texts are read by instances alone. */
export interface NodeCounts {
  readonly nodeId: string
  /** Null: of all executions of the node. */
  readonly tenant: string | null
  /** When it was changed last, in milliseconds since 1970. Of many those that were changed last are read. */
  readonly lastAt: number
  readonly summary: string
  readonly details: string
}

export interface NodeName {
  readonly nodeId: string
  readonly tenant: string | null
}

/** What other instances have counted. */
export interface CountsOfOthers<Counts> {
  /** Those that count now, or of which something is kept. */
  readonly instances: number
  readonly counts: readonly Counts[]
}

/** What each instance has counted, where all of them can read it. An instance is a UUID for as long as its process lives. */
export interface StatisticsStore {
  /**
   * The instance counts, and these are its counts from now on, in place of those that it had of the same nodes. `anew`: the store did
   * not know the instance, and has nothing else of it.
   */
  save(
    instance: string,
    format: number,
    counts: readonly NodeCounts[],
    forgotten: readonly NodeName[],
  ): Promise<'saved' | 'anew' | 'unavailable'>
  /** Summaries of the tenants, or of all (null): those of the `limit` names that were changed last. */
  list(
    instance: string,
    format: number,
    tenants: readonly (string | null)[] | null,
    limit: number,
  ): Promise<CountsOfOthers<{ readonly summary: string }> | 'unavailable'>
  /** Of one node. */
  find(
    instance: string,
    format: number,
    nodeId: string,
    tenants: readonly (string | null)[],
  ): Promise<CountsOfOthers<{ readonly summary: string; readonly details: string }> | 'unavailable'>
}
