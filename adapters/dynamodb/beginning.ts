/**
 * The keys that begin so, as the bounds of a BETWEEN. The function `begins_with` would say the same, but dynoxide takes
 * "ACME-1" for a beginning with "acme-". No key has a sign outside the bounds: all are ASCII, without spaces or "~".
 */
export const boundsOf = (beginning: string) => ({
  // DynamoDB takes no empty key.
  ':first': beginning === '' ? ' ' : beginning,
  ':last': `${beginning}~`,
})
