/** Words of a target that does not know a field. */
export const unknownField =
  /\b(?:unknown|unrecogni[sz]ed|unexpected|undefined|extra|no such) (?:name|field|propert|param|argument|key|attribute|column|member|input)|additional propert|cannot find field|no property named|\b(?:field|property|attribute|column|parameter|variable)s? ["'`\u2018\u201c]?[\w.$-]{1,60}["'`\u2019\u201d]? (?:(?:does|do) not exist|doesn't exist|(?:is|are|was|were) (?:unknown|undefined|not (?:found|defined|recognized|known)))|\b(?:is|are) not (?:an? )?(?:valid |known |existing |recogni[sz]ed )?(?:property|field|attribute|column|parameter|setting|option)\b|\b(?:could not|cannot|couldn't) find (?:a |the )?(?:property|field|attribute|column)\b|\bhas no (?:field|property|attribute|member|column)\b|\b(?:could not|cannot|couldn't) find the ["'`][\w.$-]{1,60}["'`] (?:column|field|property|attribute)\b|\bproperty ["'`][\w.$-]{1,60}["'`] is not expected\b|\bno such column\b|\bproperty [\w.$-]{1,60} should not exist\b/i

/** Words of a target that does not know a field, or a value of it. */
export const unknownSomething =
  /\b(?:unknown|unrecogni[sz]ed|unexpected|no such|not (?:allowed|permitted|known|supported|found)|not exist)\b|\b(?:property|attribute|column) ["'`]?[\w.$-]{1,60}["'`]? (?:is|was) (?:invalid|not valid)\b|\binvalid (?:property|attribute|column|field name) ["'`\u2018\u201c]/i

/** Words of a target that misses a field. */
export const saysMissing =
  /\b(?:missing|required|absent|blank|empty|null|(?:not|wasn't|weren't|isn't) (?:present|given|provided|specified|supplied|set|found|sent)|must provide|must be (?:given|provided|present|specified|set|supplied|sent)(?! (?:as|in|with|to)\b)|should be defined|undefined|fehlt|fehlen|erforderlich|pflichtfeld|nicht leer|obligatoire|manquant|requis|obligatori[oa]|requerid[oa]|verplicht|ontbreekt)\b/i

/** Words of a target that finds a value of another type: `A valid integer is required`. */
export const ofType =
  /\b(?:valid|correct|proper) [\w -]{1,30} (?:is|are) required\b|\b(?:integer|(?<!phone )number|numeric|boolean|array|object|string|date) (?:value )?(?:is|are) required\b/i

/** Words that are no names. */
export const commonWords =
  /^(?:the|this|that|it|a|an|which|what|there|and|or|but|requests?|fields?|parameters?|propert(?:y|ies)|attributes?|values?|body|is|are|not|required|be|must|was|been|has|no|of|for)$/i

/** Longer texts are read up to here. */
export const maxText = 2_000
