/** Marks the JSON of a reply. It is not parsed, because captured values may have long numbers. */
export function markReplayed(json: string): string {
  return `${json.slice(0, -1)},"replayed":true}`
}
