/** The HTML pages for people. All addresses in them are relative, so that they also work behind a path prefix. */
import { PROBLEMS, type ProblemCode } from '#wire/http/problem'
import { FIELD_TEXTS, PROBLEM_TEXTS } from '#wire/http/openapi/problem-texts'

/** Swagger UI on the service's own document. */
export const tryItPage = (title: string): string =>
  page(
    title,
    'docs/assets/',
    `<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<script defer src="docs/assets/swagger-ui-bundle.js"></script>
<script defer src="docs/assets/try-it.js"></script>`,
    '<div id="swagger-ui"></div>\n<noscript>This page needs JavaScript; <a href="openapi.json">openapi.json</a> does not.</noscript>',
  )

/** Runs in the browser after Swagger UI has loaded. */
export const TRY_IT_SCRIPT = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Nothing is sent anywhere to be checked.
  validatorUrl: null,
})
`

/** Every code of a problem under an anchor of its name, which is the \`type\` of the problem. */
export const problemsPage = (): string =>
  page(
    'Problems',
    'assets/',
    '',
    `<main>
<h1>Problems</h1>
<p>What goes wrong is answered as <code>application/problem+json</code> (RFC 9457). <code>code</code> is for programs and
stays; <code>title</code> and <code>detail</code> are for people and may change.</p>
<p>Nothing answered 4xx is ever counted. What is answered 5xx, or not at all, may be counted, once: send it again with the
same <code>entryId</code> and the same content until the answer is 202 or 4xx.</p>
<h2>Codes of problems</h2>
${table(['code', 'status', 'means', 'what to do'], (Object.keys(PROBLEMS) as ProblemCode[]).map(problemRow))}
<h2>Codes of fields</h2>
<p>Each of <code>errors</code> points at a field that is wrong and says with a code why.</p>
${table(['code', 'means'], Object.entries(FIELD_TEXTS).map(fieldRow))}
</main>`,
  )

export const PAGE_STYLE = `body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top }
code { font: .9em ui-monospace, monospace }
td:first-child { white-space: nowrap }
tr:target { background: #fff6d6 }
`

const problemRow = (code: ProblemCode): string => {
  const { means, remedy } = PROBLEM_TEXTS[code]
  const cells = [`\`${code}\``, String(PROBLEMS[code].status), means, remedy]
  return `<tr id="${code}">${cells.map(cell).join('')}</tr>`
}

const fieldRow = ([code, means]: [string, string]): string => `<tr>${[`\`${code}\``, means].map(cell).join('')}</tr>`

const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<table>
<thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`

const cell = (text: string): string => `<td>${escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</td>`

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const page = (title: string, assets: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets}page.css">
${head}
</head>
<body>
${body}
</body>
</html>
`
