/** A condition on a label, such as `code=~"a|b"`. */
export interface Matcher {
  readonly metric: string
  readonly label: string
  readonly operator: string
  readonly value: string
}

/** The names of all metrics in a query. */
export function metricsIn(query: string): string[] {
  const bare = query.replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '').replaceAll(grouping, ' ')
  const names = [...bare.matchAll(/\b[a-z_]+\b(?! *\()/g)].map(([name]) => name)
  return names.filter((name) => !keywords.has(name))
}

/** Conditions on labels in a query, each with the metric that it selects. */
export function matchersIn(query: string): Matcher[] {
  return [...query.matchAll(/([a-z_]+)\{([^}]*)\}/g)].flatMap(([, metric = '', conditions = '']) =>
    [...conditions.matchAll(/([a-z_]+)(=~|!=|=)"([^"]*)"/g)].map(
      ([, label = '', operator = '', value = '']) => ({ metric, label, operator, value }),
    ),
  )
}

/** The labels that a query groups or joins by. */
export function groupingLabelsIn(query: string): string[] {
  return [...query.matchAll(grouping)].flatMap(([, labels = '']) => labels.match(/[a-z_]+/g) ?? [])
}

const grouping = /\b(?:by|without|on|ignoring|group_left|group_right) *\(([^)]*)\)/g
const keywords = new Set(['and', 'or', 'unless', 'offset', 'm', 'h'])
