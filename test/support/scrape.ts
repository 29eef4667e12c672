/** Series as they stand in the text format, such as `up{job="a"}`, with their values. */
export type Scrape = ReadonlyMap<string, number>

/** Asks a service for its metrics, over a connection that does not outlast the reply: a service that ends waits for none. */
export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`, { headers: { connection: 'close' } })
  return parseSeries(await response.text())
}

/** Reads the text format of Prometheus. A line that is none of it throws. */
export function parseSeries(text: string): Scrape {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '))
  return new Map(
    lines.map((line) => {
      const [, series, value] = /^([a-z_]+(?:\{.*\})?) ([-+.e\d]+)$/.exec(line) ?? []
      if (series === undefined) throw new Error(`no series: ${line}`)
      return [series, Number(value)]
    }),
  )
}

/** What a scrape has more than an earlier one, without what grows by itself. */
export function growth(before: Scrape, after: Scrape): Readonly<Record<string, number>> {
  const counters = [...after].filter(([series]) => /_(?:total|count)\b/.test(series))
  const ours = counters.filter(([series]) => !/_(?:process|event_loop)_/.test(series))
  const grown = ours.map(([series, value]) => [series, value - (before.get(series) ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, by]) => by !== 0))
}
