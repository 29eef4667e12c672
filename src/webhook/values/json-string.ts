const backslash = 0x5c

/** The index of the closing quotation mark of the JSON string at `start`; the length of the text if it is not closed. */
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
