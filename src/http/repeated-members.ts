/**
 * The members of well-formed JSON that JSON.parse would replace by later ones of the same name, in silence. Each is the
 * names that lead to it from the root; lists count for nothing.
 */
export function* repeatedMembers(json: string): Iterable<readonly string[]> {
  const around: { readonly place: readonly string[]; readonly names: Set<string> }[] = []
  let place: readonly string[] = []
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    const object = around.at(-1)
    if (token === '{') around.push({ place, names: new Set() })
    else if (token === '}') around.pop()
    else if (token.endsWith(':') && object !== undefined) {
      const name: string = JSON.parse(token.slice(0, -1))
      place = [...object.place, name]
      if (object.names.has(name)) yield place
      object.names.add(name)
    }
  }
}
