/** Words of a target that does not know a field. */
export const unknownField =
  /\b(?:unknown|unrecogni[sz]ed|unexpected|undefined|extra|no such) (?:name|field|propert|param|argument|key|attribute|column|member|input)|additional propert|cannot find field|no property named/i

/** Words of a target that does not know a field, or a value of it. */
export const unknownSomething =
  /\b(?:unknown|unrecogni[sz]ed|unexpected|no such|not (?:allowed|permitted|known|supported|found)|not exist)\b/i

/** Words of a target that misses a field. */
export const saysMissing =
  /\b(?:missing|required|absent|blank|empty|null|not (?:present|given|provided|specified|supplied|set|found|sent)|must be (?:given|provided|present|specified|set|supplied)|should be defined|undefined)\b/i

/** Words of a target that finds a value of another type: `A valid integer is required`. */
export const ofType =
  /\b(?:valid|correct|proper) [\w -]{1,30} (?:is|are) required\b|\b(?:integer|number|numeric|boolean|array|object|string|date) (?:value )?(?:is|are) required\b/i
