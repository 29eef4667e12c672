/** Why a store cannot be opened, in words for the operator. The service ends with exit code 2. */
export class StoreError extends Error {
  readonly code:
    | 'store_in_use'
    | 'store_newer'
    | 'store_foreign'
    | 'store_unreadable'
    | 'store_key_missing'
    | 'store_key_wrong'

  /** Of `store_key_missing`: the key. */
  readonly keyId: string | null

  constructor(code: StoreError['code'], message: string, keyId: string | null = null) {
    super(message)
    this.name = 'StoreError'
    this.code = code
    this.keyId = keyId
  }
}
