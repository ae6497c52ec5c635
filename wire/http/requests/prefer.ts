/**
 * The seconds of `Prefer: wait=…` (RFC 7240), at most `most`. Only the first instance of a preference counts, and one that
 * cannot be read is none.
 */
export const preferredWaitSeconds = (prefer = '', most = MAX_WAIT_SECONDS): number | undefined => {
  const first = preferencesIn(prefer).find((preference) => /^\s*wait\s*(?:[=;]|$)/i.test(preference))
  const [, seconds] = /^[^;=]*=\s*"?(\d+)"?\s*(?:;|$)/.exec(first ?? '') ?? []
  return seconds === undefined ? undefined : Math.min(Number(seconds), most)
}

const MAX_WAIT_SECONDS = 20

/** A comma within quotes separates nothing. */
const preferencesIn = (prefer: string): readonly string[] => prefer.match(/(?:"[^"]*"|[^,"])+/g) ?? []
