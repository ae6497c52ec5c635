/** What the domain answers where a refusal is an ordinary outcome: the caller has to look before it can use the value. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })

export const refuse = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error })
