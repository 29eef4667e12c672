/** How many redirects to follow, from the value of another tool. Most tools have a switch, fetch has words. */
export function countRedirects(value: unknown) {
  const isOff = value === false || value === 'manual' || value === 'error'
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 5
  return { followRedirects: isOff ? 0 : isCount ? value : 5 }
}
