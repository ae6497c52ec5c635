import { quarantineKey, type Quarantined, type QuarantineKey } from '#ledger/quarantine'
import { entryResponse } from './entry.ts'
import { instantText } from './instant.ts'
import { positionToken } from './position-token.ts'

/** Something set aside as clients read it; what could not be read as an entry has only its bytes, in base64. */
export const quarantineResponse = (item: Quarantined) => {
  const { subject, reason, detail, status, position, raw, setAsideAtMs } = item
  return {
    quarantineId: quarantineId(quarantineKey(item)),
    ...(subject !== 'unreadable' && {
      merchantId: subject.merchantId,
      entryId: subject.entryId,
      businessDay: subject.businessDay,
    }),
    reason,
    detail,
    status,
    setAsideAt: instantText(setAsideAtMs),
    position: positionToken(position),
    ...(subject !== 'unreadable' && { entry: entryResponse(subject) }),
    raw: Buffer.from(raw).toString('base64'),
  }
}

/** The key of an item as clients hold it: opaque, safe in a URL. */
const quarantineId = ({ scope, item }: QuarantineKey): string =>
  Buffer.from(JSON.stringify([scope, item])).toString('base64url')
