/** A system that sends requests with a token, and gets another one when the services do not take it any more. */
export type Caller = {
  token(): Promise<string>
  /** The token to use in place of a refused one. Requests that were refused at the same time share it. */
  renew(refused: Promise<string>): Promise<string>
}

export const callerOf = (askForToken: () => Promise<string>): Caller => {
  let current: Promise<string> | undefined
  const token = () => (current ??= askForToken())
  return {
    token,
    renew(refused) {
      if (current === refused) current = undefined
      return token()
    },
  }
}
