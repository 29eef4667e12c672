/** An oddity that did not stop the call. */
export interface Warning {
  readonly code: WarningCode
  /** JSON Pointer into the request body, or null. */
  readonly path: string | null
  readonly message: string
  /** Whether a name of the node leads to nothing. It is not part of the reply. */
  readonly isMissing?: boolean
}

/** The names of warnings. Codes are API: add freely, rename never. */
export const warningCodes = [
  'value_empty',
  'source_missing',
  'template_undefined',
  'placeholder_not_rendered',
  'header_trimmed',
  'credential_in_url',
  'client_cert_expires',
  'fragment_dropped',
  'content_type_mismatch',
  'xml_encoding_mismatch',
  'json_encoded_twice',
  'basic_not_encoded',
  'case_never_holds',
  'condition_failed',
  'status_not_success',
  'address_closed',
  'response_truncated',
  'response_excess_bytes',
  'retry_after_ignored',
  'retry_never_applies',
  'retry_abandoned',
  'signature_unverifiable',
  'pauses_full',
  'redirect_not_followed',
  'response_undecodable',
  'response_text_damaged',
  'response_charset_unknown',
  'body_truncated',
  'capture_empty',
  'capture_failed',
  'capture_masked',
  'capture_too_large',
  'curl_too_long',
  'curl_not_exact',
  'curl_reads_file',
  'expectation_masked',
  'warnings_left_out',
] as const

/** The name of a warning. */
export type WarningCode = (typeof warningCodes)[number]
