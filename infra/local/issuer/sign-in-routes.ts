/** The sign-in of a person over HTTP: between the client's authorisation request and the code that answers it. */
import { errors, type Interaction, type Provider } from 'oidc-provider'
import { enrolmentPage, errorPage, sendPage, signInPage, type Context, type Middleware } from './pages.ts'
import type { Person } from './people.ts'
import type { SignIns } from './sign-in.ts'

/**
 * `/sign-in/{flow}` shows and takes the form, `/sign-in/{flow}/enrolment` takes the first code. A cookie of the flow ties
 * them to the browser that began it.
 */
export const signInRoutes =
  (provider: Provider, signIns: SignIns): Middleware =>
  async (ctx, next) => {
    const [, flow, step] = /^\/sign-in\/([\w-]{1,64})(\/enrolment)?$/.exec(ctx.path) ?? []
    if (flow === undefined) return await next()
    const interaction = await interactionOf(provider, ctx)
    if (interaction?.uid !== flow) {
      return sendPage(ctx, errorPage('This sign-in has expired, or began in another browser.'), 400)
    }
    const page = await pageOf(provider, interaction)
    if (ctx.method === 'GET' && step === undefined) return sendPage(ctx, signInPage(page), 200)
    if (ctx.method !== 'POST') return sendPage(ctx, errorPage('There is no such page.'), 404)
    // Browsers name the origin of a request. Only our own form may post here.
    if (!['same-origin', ''].includes(ctx.get('sec-fetch-site'))) {
      return sendPage(ctx, errorPage('This form came from another site.'), 403)
    }
    const form = await formOf(ctx)
    const { path } = ctx
    const enrolment = { ...page, action: step === undefined ? `${path}/enrolment` : path }
    if (step !== undefined) {
      const outcome = signIns.enrol(flow, form.get('code') ?? '')
      if (outcome.status === 'signed-in') return await finish(provider, ctx, outcome.person)
      return sendPage(ctx, enrolmentPage({ ...enrolment, problem: WRONG_CODE }), 400)
    }
    const login = form.get('login') ?? ''
    const outcome = await signIns.check(flow, {
      login,
      password: form.get('password') ?? '',
      code: form.get('code') ?? '',
    })
    switch (outcome.status) {
      case 'signed-in':
        return await finish(provider, ctx, outcome.person)
      case 'enrol':
        return sendPage(ctx, enrolmentPage({ ...enrolment, secret: { base32: outcome.secret, uri: outcome.uri } }), 200)
      case 'refused':
        return sendPage(ctx, signInPage({ ...page, login, problem: WRONG }), 400)
      case 'busy':
        return sendPage(ctx, signInPage({ ...page, login, problem: BUSY }), 503)
    }
  }

const WRONG =
  'The name, the password or the code is wrong, or the code was used before. After five wrong attempts, a name is refused for 15 minutes.'
const WRONG_CODE =
  'The code is wrong, or the time to add the app is over. Try the next code, or go back to the application and start again.'
const BUSY = 'Too many people are signing in at this moment. Try again.'

/** The sign-in under way in this browser. */
const interactionOf = async (provider: Provider, ctx: Context): Promise<Interaction | undefined> => {
  try {
    return await provider.interactionDetails(ctx.req, ctx.res)
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}

const pageOf = async (provider: Provider, { uid, params }: Interaction) => {
  const client = await provider.Client.find(String(params['client_id']))
  return {
    action: `/sign-in/${uid}`,
    clientName: client?.clientName ?? String(params['client_id']),
    formTarget: new URL(String(params['redirect_uri'])).origin,
  }
}

const finish = async (provider: Provider, ctx: Context, { subject }: Person): Promise<void> => {
  const login = { accountId: subject, amr: ['pwd', 'otp', 'mfa'] }
  const returnTo = await provider.interactionResult(ctx.req, ctx.res, { login })
  ctx.status = 303
  ctx.set('cache-control', 'no-store')
  ctx.redirect(returnTo)
}

const MOST_FORM_BYTES = 4_096

const formOf = async (ctx: Context): Promise<URLSearchParams> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_FORM_BYTES) ctx.throw(413)
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString())
}
