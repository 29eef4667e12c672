/** Replaces everything between quotes by an ellipsis. */
export function withoutTexts(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*\\?"?|'(?:[^'\\]|\\.)*\\?'?/gs, '"…"')
}
