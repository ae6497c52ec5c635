/** The pages that people see while they sign in. They load nothing and run no script, and work at any width. */
import { createHash } from 'node:crypto'
import type { Provider } from 'oidc-provider'

/** The server that oidc-provider is. */
export type Middleware = Parameters<Provider['use']>[0]
export type Context = Parameters<Middleware>[0]

export type Page = {
  readonly title: string
  /** HTML. All that comes from outside has gone through `escaped`. */
  readonly body: string
  /** Where a form may lead, beside the issuer itself. */
  readonly formTarget?: string
}

export const sendPage = (ctx: Context, page: Page, status: number = ctx.status): void => {
  ctx.status = status
  ctx.type = 'html'
  ctx.set({
    'content-security-policy': policyOf(page),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  ctx.body = htmlOf(page)
}

export type SignInForm = {
  readonly action: string
  /** The client that the person signs in for. */
  readonly clientName: string
  /** What the person typed before. */
  readonly login?: string
  readonly problem?: string
  readonly formTarget: string
}

export const signInPage = ({ action, clientName, login = '', problem, formTarget }: SignInForm): Page => ({
  title: 'Sign in to Daybook',
  formTarget,
  body: `<p>to continue to ${escaped(clientName)}</p>
${alertOf(problem)}<form method="post" action="${escaped(action)}">
<label for="login">Name</label>
<input id="login" name="login" value="${escaped(login)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="63" required${login === '' ? ' autofocus' : ''}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required${login === '' ? '' : ' autofocus'}>
<label for="code">Code</label>
<input id="code" name="code" ${CODE} aria-describedby="code-hint">
<p id="code-hint" class="hint">The six digits that your authenticator app shows. Leave this empty when you sign in for the first time.</p>
<button>Sign in</button>
</form>`,
})

export type EnrolmentForm = {
  readonly action: string
  /** Only the first time: the secret is shown once. */
  readonly secret?: { readonly base32: string; readonly uri: string }
  readonly problem?: string
  readonly formTarget: string
}

export const enrolmentPage = ({ action, secret, problem, formTarget }: EnrolmentForm): Page => ({
  title: 'Add your authenticator app',
  formTarget,
  body: `${secret === undefined ? '' : secretOf(secret)}${alertOf(problem)}<form method="post" action="${escaped(action)}">
<label for="code">Code</label>
<input id="code" name="code" ${CODE} required autofocus aria-describedby="code-hint">
<p id="code-hint" class="hint">The six digits that the app shows now.</p>
<button>Confirm</button>
</form>`,
})

const secretOf = ({ base32, uri }: { readonly base32: string; readonly uri: string }) =>
  `<p>From now on, you sign in with your password and a code of an authenticator app. Type this key into the app. It is shown only once.</p>
<p><code>${base32.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code></p>
<p><a href="${escaped(uri)}">Add it to an app on this device</a></p>
`

export const errorPage = (detail: string): Page => ({
  title: 'This did not work',
  body: `<p role="alert">${escaped(detail)}</p>
<p>Go back to the application and start again.</p>`,
})

/** `form` is a form without a button, named `op.logoutForm`. */
export const signOutPage = (form: string): Page => ({
  title: 'Sign out of Daybook?',
  body: `${form}
<button form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button form="op.logoutForm" class="quiet">Stay signed in</button>`,
})

export const signedOutPage = (): Page => ({
  title: 'You are signed out',
  body: '<p>You can close this page.</p>',
})

const CODE = 'inputmode="numeric" autocomplete="one-time-code" maxlength="16"'

const alertOf = (problem: string | undefined) =>
  problem === undefined ? '' : `<p role="alert">${escaped(problem)}</p>\n`

const STYLE = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:24rem;padding:2rem 1rem}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .5rem}
label{display:block;font-weight:600;margin-top:1rem}
input,button{box-sizing:border-box;font:inherit;min-height:2.75rem;padding:.5rem .75rem;width:100%}
input{border:1px solid #767676;border-radius:.375rem}
button{background:#0b5c4b;border:0;border-radius:.375rem;color:#fff;cursor:pointer;font-weight:600;margin-top:1.5rem}
button.quiet{background:none;border:1px solid currentColor;color:inherit;margin-top:.75rem}
input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid #d97706;outline-offset:2px}
.hint{font-size:.875rem;margin:.25rem 0 0}
[role=alert]{border-left:.25rem solid #c2410c;padding-left:.75rem}
code{font-size:1.125rem;overflow-wrap:anywhere}`

const htmlOf = ({ title, body }: Page): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<main>
<h1>${title}</h1>
${body}
</main>
</html>
`

const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

const policyOf = ({ formTarget }: Page): string => {
  // A browser also checks where the answer to a form redirects to, so the client's address is needed.
  const targets = ["'self'", ...(formTarget === undefined ? [] : [formTarget])].join(' ')
  return `default-src 'none'; style-src ${STYLE_HASH}; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
