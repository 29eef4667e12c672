const backslash = 0x5c

/** The place of the quotation mark that ends the string of JSON which begins at a place; the end of the text where none does. */
export function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1))
    if (!isEscaped(json, at)) return at
  return json.length
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1
  return backslashes % 2 === 1
}
