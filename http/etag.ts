/** Whether `If-None-Match` names the tag. The comparison is weak: only what stands between the quotes counts. */
export const matchesTag = (ifNoneMatch: string | undefined, etag: string): boolean => {
  const known = Array.from((ifNoneMatch ?? '').matchAll(/"[^"]*"/g), ([quoted]) => quoted)
  return ifNoneMatch?.trim() === '*' || known.includes(etag.replace(/^W\//, ''))
}
