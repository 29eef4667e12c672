/** The place of an execution in the order of acceptance. */
export interface Place {
  readonly acceptedAt: number
  readonly id: string
}

/** For `after` of a list. */
export function formatPlace({ acceptedAt, id }: Place): string {
  return `${acceptedAt}.${id}`
}

/** Null for what `formatPlace` has not made. */
export function parsePlace(text: string): Place | null {
  const [, acceptedAt, id] = /^(\d{1,15})\.(.+)$/s.exec(text) ?? []
  return acceptedAt === undefined || id === undefined ? null : { acceptedAt: Number(acceptedAt), id }
}
