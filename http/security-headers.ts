/**
 * What every answer tells a browser (OWASP Secure Headers Project). Answers are data for programs: a browser that gets one
 * as a page runs nothing in it, shows it in no frame, and takes it for nothing but what its media type says.
 */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const

/**
 * A year. Only over TLS, as RFC 6797, section 7.2 asks; the proxy that ends TLS tells of it. A client that says so itself
 * changes its own answers alone. What else runs below the host's name is not ours to decide.
 */
const STRICT_TRANSPORT_SECURITY = 'max-age=31536000'

/** Adds them. A page keeps a policy of its own, which has to name what it loads. */
export const secure = (headers: Headers, isOverTls: boolean): void => {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (name !== 'content-security-policy' || !headers.has(name)) headers.set(name, value)
  }
  if (isOverTls) headers.set('strict-transport-security', STRICT_TRANSPORT_SECURITY)
}

export const isOverTls = (url: string, forwardedProto: string | undefined): boolean =>
  url.startsWith('https:') || /^https\b/i.test(forwardedProto ?? '')
