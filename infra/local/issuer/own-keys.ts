/** The keys of the local issuer itself. They are made once, so that tokens and sign-ins outlive a restart. */
import { generateKeyPairSync, randomBytes, type JsonWebKey } from 'node:crypto'
import { privateFiles } from '#adapters/files/private-files'

export type OwnKeys = {
  /** RSA keys for RS256, private parts included. The first one signs, all are published. */
  readonly signing: readonly JsonWebKey[]
  /** They sign cookies. The first one signs, all are accepted. */
  readonly cookies: readonly string[]
}

export const ownKeys = (folder: string): OwnKeys => {
  const files = privateFiles<OwnKeys>({ folder, format: FORMAT })
  const kept = files.read(NAME)
  if (kept !== undefined) return kept
  const made = newKeys()
  files.write(NAME, made)
  return made
}

export const newKeys = (): OwnKeys => ({
  signing: [signingKey()],
  cookies: [randomBytes(32).toString('base64url')],
})

const FORMAT = 1
const NAME = 'keys'

const signingKey = (): JsonWebKey => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }
}
