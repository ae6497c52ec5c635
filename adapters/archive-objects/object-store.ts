/** As much of S3 as reading the archive takes. */
export type ObjectStore = {
  list(prefix: string): AsyncIterable<StoredObject>
  /** The bytes of one object, as they come. */
  get(key: string): Promise<AsyncIterable<Uint8Array>>
}

export type StoredObject = { readonly key: string; readonly bytes: number; readonly storedAtMs: number }
