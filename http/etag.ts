/** Whether `If-None-Match` names the tag. The comparison is weak: only the text between the quotes counts. */
export const matchesTag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.trim() === '*' ||
  tagsIn(ifNoneMatch ?? '')
    .map(withoutWeak)
    .includes(withoutWeak(etag))

/** Whether `If-Match` names the tag. The comparison is strong: a weak tag on either side matches nothing. */
export const matchesTagStrongly = (ifMatch: string, etag: string): boolean =>
  ifMatch.trim() === '*' || (!etag.startsWith('W/') && tagsIn(ifMatch).includes(etag))

/** Whether the text is a valid `If-Match` or `If-None-Match`: `*`, or a list of tags. */
export const isTagList = (text: string): boolean =>
  text.trim() === '*' ||
  text
    .replaceAll(ENTITY_TAG, '""')
    .split(',')
    // RFC 9110 lets a list have empty elements.
    .every((element) => ['""', ''].includes(element.trim()))

const tagsIn = (text: string): readonly string[] => text.match(ENTITY_TAG) ?? []

const withoutWeak = (etag: string): string => etag.replace(/^W\//, '')

const ENTITY_TAG = /(?:W\/)?"[^"]*"/g
