/** People sign in at the real issuer: authorisation code with PKCE, a password and an authenticator app. */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { anIssuer, askForToken, AUDIENCE, aSystem, partOf, PASSWORD, type AnIssuer } from '#test/an-issuer'

/** An issuer that ends with the test. */
const started = async (options: Parameters<typeof anIssuer>[0] = {}) => {
  const issuer = await anIssuer(options)
  onTestFinished(issuer.stop)
  return issuer
}

const REDIRECT = 'http://127.0.0.1:9999/signed-in'
const WRONG = /is wrong, or the code was used before/

let nowMs: number
let issuer: AnIssuer
let clientId: string
beforeEach(async () => {
  nowMs = Date.now()
  issuer = await started({ clock: () => nowMs })
  const terms = { kind: 'public', name: 'Daybook Web', redirectUris: [REDIRECT] } as const
  const { client } = await issuer.clients.add(aSystem({ ...terms, scopes: ['ledger:read', 'operations'] }))
  clientId = client.clientId
})

describe('a person who signs in', () => {
  test('adds an authenticator app the first time, and gets a token of their own with the scopes they have', async () => {
    const person = await issuer.addPerson({ scopes: ['ledger:read'] })
    const { status, answer } = await exchange(await enrolled())
    expect(status).toBe(200)
    expect(partOf(answer.access_token, 1)).toMatchObject({
      iss: issuer.url,
      sub: person.subject,
      aud: AUDIENCE,
      client_id: clientId,
      // The client asked for `operations` as well, which the person does not have.
      scope: 'ledger:read',
    })
    expect(partOf(answer.id_token, 1)).toMatchObject({ aud: clientId, amr: ['pwd', 'otp', 'mfa'] })
    expect(await issuer.tokens().verify(String(answer.access_token))).toMatchObject({
      ok: true,
      value: { subject: person.subject, scopes: new Set(['ledger:read']) },
    })
    // It names the person to the client. It opens nothing.
    expect(await issuer.tokens().verify(String(answer.id_token))).toMatchObject({ ok: false })
  })

  test('gives name, password and code the next time', async () => {
    await issuer.addPerson()
    const { secret } = await enrolled()
    nowMs += 30_000
    const browser = await aBrowser()
    const { code } = await browser.signIn({ code: totp(secret) })
    expect((await exchange({ ...browser, code })).status).toBe(200)
  })

  test('is not asked again in the same browser, until the credentials are new or the person is gone', async () => {
    const person = await issuer.addPerson()
    const browser = await enrolled()
    expect((await browser.authorize()).code).toMatch(/./)
    issuer.people.save({ ...person, credentialsMadeAtMs: Date.now() + 5_000 })
    expect((await browser.authorize()).page).toContain('Sign in to Daybook')
    issuer.people.save(person)
    expect((await browser.authorize()).code).toMatch(/./)
    issuer.people.remove(person.login)
    expect((await browser.authorize()).page).toContain('Sign in to Daybook')
  })

  test.each([
    { wrong: 'the name', form: { login: 'bob' } },
    { wrong: 'the password', form: { password: 'guess' } },
    { wrong: 'the code', form: { code: '000000' } },
    { wrong: 'the code, which is left out', form: { code: '' } },
    { wrong: 'the code, which is of ten minutes ago', form: 'old' as const },
  ])('is answered the same, whatever is wrong: $wrong', async ({ form }) => {
    await issuer.addPerson()
    const { secret } = await enrolled()
    nowMs += 600_000
    const given = form === 'old' ? { code: totp(secret, nowMs - 600_000) } : form
    const { page, status } = await (await aBrowser()).signIn({ code: totp(secret), ...given })
    expect([status, page]).toEqual([400, expect.stringMatching(WRONG)])
  })

  test('cannot use a code twice, nor one that is older than the last', async () => {
    await issuer.addPerson()
    const { secret, usedCode } = await enrolled()
    expect((await (await aBrowser()).signIn({ code: usedCode })).page).toMatch(WRONG)
    nowMs += 30_000
    const next = totp(secret)
    expect((await (await aBrowser()).signIn({ code: next })).code).toMatch(/./)
    expect((await (await aBrowser()).signIn({ code: next })).page).toMatch(WRONG)
    await issuer.restart()
    expect((await (await aBrowser()).signIn({ code: next })).page).toMatch(WRONG)
  })

  test('can use a code once when two browsers send it at the same moment', async () => {
    await issuer.addPerson()
    const { secret } = await enrolled()
    nowMs += 30_000
    const browsers = [await aBrowser(), await aBrowser()]
    const outcomes = await Promise.all(browsers.map((browser) => browser.signIn({ code: totp(secret) })))
    expect(outcomes.filter(({ code }) => code !== undefined)).toHaveLength(1)
  })

  test('is refused after five wrong attempts for 15 minutes, also with the right ones', async () => {
    await issuer.addPerson()
    const { secret } = await enrolled()
    nowMs += 30_000
    const browser = await aBrowser()
    for (let attempt = 1; attempt <= 5; attempt += 1) await browser.signIn({ password: 'guess' })
    expect((await browser.signIn({ code: totp(secret) })).page).toMatch(WRONG)
    nowMs += 15 * 60_000
    expect((await (await aBrowser()).signIn({ code: totp(secret) })).code).toMatch(/./)
  })

  test('has to enrol again after a reset, and the old app counts for nothing', async () => {
    const person = await issuer.addPerson()
    const { secret } = await enrolled()
    nowMs += 30_000
    issuer.people.save({ ...person, credentialsMadeAtMs: Date.now() })
    const { page } = await (await aBrowser()).signIn({ code: totp(secret) })
    expect(page).toContain('Add your authenticator app')
  })

  test('gets no token for a code when they were removed meanwhile', async () => {
    const { login } = await issuer.addPerson()
    const browser = await enrolled()
    issuer.people.remove(login)
    expect(await exchange(browser)).toMatchObject({ status: 400, answer: { error: 'invalid_grant' } })
  })

  test('sees the secret of the app once, and a wrong first code adds nothing', async () => {
    await issuer.addPerson()
    const browser = await aBrowser()
    const { page = '' } = await browser.signIn({ code: '' })
    const secret = secretIn(page)
    const refused = await browser.confirm('000000')
    expect([refused.status, refused.page]).toEqual([400, expect.stringContaining('The code is wrong')])
    expect(refused.page).not.toContain(secret)
    expect(await browser.confirm(totp(secret))).toMatchObject({ code: expect.stringMatching(/./) })
  })
})

describe('the code flow', () => {
  test.each([
    { given: 'without a challenge', challenge: {} },
    { given: 'with the method plain', challenge: { code_challenge: 'v'.repeat(43), code_challenge_method: 'plain' } },
    { given: 'with a challenge and no method', challenge: { code_challenge: 'v'.repeat(43) } },
  ])('is refused $given', async ({ challenge }) => {
    const { code_challenge: _, code_challenge_method: __, ...params } = authorizeParams('v'.repeat(43))
    const query = new URLSearchParams({ ...params, ...challenge })
    const response = await fetch(`${issuer.url}/auth?${query.toString()}`, { redirect: 'manual' })
    const back = new URL(response.headers.get('location') ?? '')
    expect(back.origin + back.pathname).toBe(REDIRECT)
    expect(back.searchParams.get('error')).toBe('invalid_request')
  })

  test('gives one token for a code, and none with a wrong verifier or for another address', async () => {
    await issuer.addPerson()
    const browser = await enrolled()
    expect((await exchange({ ...browser, verifier: 'w'.repeat(43) })).answer.error).toBe('invalid_grant')
    expect((await exchange(browser)).status).toBe(200)
    expect(await exchange(browser)).toMatchObject({ status: 400, answer: { error: 'invalid_grant' } })
  })

  test('answers an address that is not registered with a page, and never sends the person there', async () => {
    const query = new URLSearchParams({ ...authorizeParams('v'.repeat(43)), redirect_uri: 'https://evil.example/' })
    const response = await fetch(`${issuer.url}/auth?${query.toString()}`, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
    })
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(await response.text()).toContain('redirect_uri did not match')
  })

  test('refuses a scope that the client was not given, and client credentials to a client for people', async () => {
    const query = new URLSearchParams({ ...authorizeParams('v'.repeat(43)), scope: 'openid entries:write' })
    const response = await fetch(`${issuer.url}/auth?${query.toString()}`, { redirect: 'manual' })
    expect(new URL(response.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_scope')
    const { answer } = await askForToken(issuer.url, { clientId }, { grant_type: 'client_credentials' })
    expect(answer).toMatchObject({ error: 'invalid_request', error_description: expect.stringContaining('grant type') })
  })
})

describe('the sign-in page', () => {
  test('loads nothing, runs nothing, and may send its form only here and back to the client', async () => {
    const { page = '', headers } = await (await aBrowser()).authorize()
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' http:\/\/127\.0\.0\.1:9999; frame-ancestors 'none'; base-uri 'none'$/,
    )
    expect(headers.get('cache-control')).toBe('no-store')
    expect(page).not.toMatch(/<script|<img|<link|src=|style=|\son\w+=/)
    expect(page).toContain('<html lang="en">')
    for (const field of ['login', 'password', 'code']) expect(page).toContain(`<label for="${field}">`)
  })

  test('shows what was typed as text', async () => {
    const { page } = await (await aBrowser()).signIn({ login: '"><script>alert(1)</script>' })
    expect(page).not.toContain('<script>')
  })

  test('takes no form of another site, and none of another browser', async () => {
    const browser = await aBrowser()
    await browser.authorize()
    expect((await browser.signIn({}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    const stranger = await fetch(browser.formUrl(), { method: 'POST', body: new URLSearchParams({ login: 'ana' }) })
    expect([stranger.status, await stranger.text()]).toEqual([400, expect.stringContaining('began in another browser')])
  })
})

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

const authorizeParams = (verifier: string) => ({
  client_id: clientId,
  redirect_uri: REDIRECT,
  response_type: 'code',
  scope: 'openid ledger:read operations',
  state: 'a-state',
  code_challenge: challengeOf(verifier),
  code_challenge_method: 'S256',
})

type Post = {
  readonly method?: string
  readonly body?: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
}

type Seen = {
  readonly status: number
  readonly headers: Headers
  /** Where the browser stays. */
  readonly page?: string
  /** What the client gets. */
  readonly code?: string
}

/** A browser as far as the flow needs one: it keeps cookies by path, and follows redirects up to the client. */
const aBrowser = async () => {
  const cookies = new Map<string, { readonly path: string; readonly text: string }>()
  const verifier = randomBytes(32).toString('base64url')
  let form = ''

  const visit = async (url: string, init: Post = {}): Promise<Seen> => {
    const sent = [...cookies.values()].filter(({ path }) => new URL(url).pathname.startsWith(path))
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...init.headers, cookie: sent.map(({ text }) => text).join('; ') },
    })
    for (const line of response.headers.getSetCookie()) {
      const [text = '', ...attributes] = line.split('; ')
      const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice(5) ?? '/'
      const name = `${text.split('=')[0]} ${path}`
      if (line.includes('expires=Thu, 01 Jan 1970')) cookies.delete(name)
      else cookies.set(name, { path, text })
    }
    const { status, headers } = response
    const location = headers.get('location')
    if (location === null) {
      const page = await response.text()
      const [, action] = /<form method="post" action="([^"]+)"/.exec(page) ?? []
      if (action !== undefined) form = new URL(action, url).href
      return { status, headers, page }
    }
    const next = new URL(location, url)
    if (next.origin === issuer.url) return await visit(next.href)
    return { status, headers, code: next.searchParams.get('code') ?? '' }
  }

  const post = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
    visit(form, { method: 'POST', body: new URLSearchParams(fields), headers })

  const authorize = () => visit(`${issuer.url}/auth?${new URLSearchParams(authorizeParams(verifier)).toString()}`)

  return {
    verifier,
    authorize,
    formUrl: () => form,
    /** Fills in the form, right except for what is given. */
    async signIn(fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
      if (form === '') await authorize()
      return await post({ login: 'ana', password: PASSWORD, ...fields }, headers)
    },
    confirm: (code: string) => post({ code }),
  }
}

const secretIn = (page: string): string => (/<code>([A-Z2-7 ]+)<\/code>/.exec(page)?.[1] ?? '').replaceAll(' ', '')

/** A browser in which the person has just signed in for the first time. */
const enrolled = async () => {
  const browser = await aBrowser()
  const { page = '' } = await browser.signIn({ code: '' })
  const secret = secretIn(page)
  const usedCode = totp(secret)
  const { code } = await browser.confirm(usedCode)
  return { ...browser, secret, usedCode, code }
}

const exchange = async ({ code = '', verifier }: { code?: string | undefined; verifier: string }) =>
  await askForToken(
    issuer.url,
    { clientId },
    { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: verifier },
  )

/** RFC 6238 in its usual form, as an authenticator app computes it: HMAC-SHA-1, six digits, steps of 30 s. */
const totp = (secret: string, atMs: number = nowMs): string => {
  const bits = Array.from(secret, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)))
  const mac = createHmac('sha1', key).update(step).digest()
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 0xf) & 0x7f_ff_ff_ff
  return String(number % 1_000_000).padStart(6, '0')
}

test('the codes of these tests are those of RFC 6238, appendix B', () => {
  // The secret is "12345678901234567890"; the RFC lists eight digits, of which an app shows the last six.
  expect([59_000, 1_111_111_109_000].map((atMs) => totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', atMs))).toEqual([
    '287082',
    '081804',
  ])
})
