/**
 * A place is where a schema stands in the contract: the `$id` of the schema, or that of one around it and the names of
 * members, as in `Node.query`. The form of a union stands in parentheses, as in `Body(json).content`.
 */
export type Place = string

/** The place of a value that is only compared with a schema: it gets no advice. */
export const noPlace: Place = ''

/** The place without the form of a union. A part of a multipart body is a field in another form. */
export function withoutForm(place: Place): Place {
  const [start = '', end = ''] = place.split(/\(\w+\)/)
  const base = start + end
  return base === 'Part' || base.startsWith('Part.') ? `Field${base.slice('Part'.length)}` : base
}

/** The request that a place is, too: a durable execution takes what an execution does. */
export function likeRequest(place: Place): Place {
  return /^Submission(?:$|\.(?!callback))/.test(place) ? place.replace('Submission', 'Request') : place
}

/** The place whose foreign words a place has beside its own: a case looks at a response as an expectation does. */
export function likeExpectation(place: Place): Place {
  return place.startsWith('When') ? place.replace('When', 'Expectation') : place
}
