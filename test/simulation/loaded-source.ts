import { readFileSync } from 'node:fs'

/** The text of a module that another hook of the loader has answered: what that hook made of it, or the file. */
export const sourceOf = (url: string, loaded: string | ArrayBuffer | NodeJS.TypedArray | null | undefined): string => {
  if (loaded === null || loaded === undefined) return readFileSync(new URL(url), 'utf8')
  return typeof loaded === 'string' ? loaded : Buffer.from(loaded as Uint8Array).toString()
}
