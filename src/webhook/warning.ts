/** Something that did not stop the call but deserves a look. */
export interface Warning {
  readonly code: WarningCode
  /** JSON Pointer into the request body, or null. */
  readonly path: string | null
  readonly message: string
}

/** Names of warnings, as callers see them. API: add freely, rename never. */
export type WarningCode =
  | 'value_empty'
  | 'source_missing'
  | 'template_undefined'
  | 'header_trimmed'
  | 'credential_in_url'
  | 'status_not_success'
  | 'response_truncated'
  | 'response_undecodable'
  | 'body_truncated'
  | 'capture_failed'
