/** The place of an execution in the order of acceptance. */
export interface Place {
  readonly acceptedAt: number
  readonly id: string
}

/** For `after` of a list. */
export function formatPlace({ acceptedAt, id }: Place): string {
  return `${acceptedAt}.${id}`
}

const place = /^(\d{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/

/** Null for what `formatPlace` has not made. */
export function parsePlace(text: string): Place | null {
  const [, acceptedAt, id] = place.exec(text) ?? []
  return acceptedAt === undefined || id === undefined ? null : { acceptedAt: Number(acceptedAt), id }
}
