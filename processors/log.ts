/** Where a processor speaks to people. A warning is for tomorrow morning, an error raises an alarm. */
export type Log = {
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}
