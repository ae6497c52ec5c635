/** The HTML pages for people. All addresses in them are relative, so that they also work behind a path prefix. */
import type { OpenApiDocument } from '#wire/http/openapi/document'
import { PROBLEMS, type ProblemCode } from '#wire/http/problem'
import { FIELD_TEXTS, PROBLEM_TEXTS } from '#wire/http/openapi/problem-texts'

/** Swagger UI on the service's own document, beside a list of its operations. */
export const tryItPage = (document: OpenApiDocument): string => {
  const title = String(document.info['title'])
  return page(
    title,
    'docs/assets/',
    `<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<link rel="stylesheet" href="docs/assets/try-it.css">
<script defer src="docs/assets/swagger-ui-bundle.js"></script>
<script defer src="docs/assets/try-it.js"></script>`,
    `${bar(title, 'docs')}
<div class="columns">
<details class="operations" id="operations">
<summary>All operations</summary>
<nav aria-label="Operations">
${operationLists(document)}
</nav>
</details>
<div id="swagger-ui"></div>
</div>
<noscript>This page needs JavaScript; <a href="openapi.json">openapi.json</a> does not.</noscript>`,
  )
}

const operationLists = ({ paths, tags }: OpenApiDocument): string => {
  const operations = Object.values(paths).flatMap((methods) =>
    Object.entries(methods as Readonly<Record<string, ListedOperation>>).map(([method, operation]) => ({
      method,
      ...operation,
    })),
  )
  const byTag = Map.groupBy(operations, ({ tags: [tag = ''] }) => tag)
  return (tags as readonly { readonly name: string }[])
    .map(({ name: tag }) => {
      const ofTag = byTag.get(tag) ?? []
      const items = ofTag.map(
        ({ method, operationId, summary }) =>
          `<li><a href="#/${tag}/${operationId}"><b>${method.toUpperCase()}</b> <span>${escaped(summary)}</span></a></li>`,
      )
      return `<h2>${tag}</h2>\n<ul>\n${items.join('\n')}\n</ul>`
    })
    .join('\n')
}

type ListedOperation = { readonly operationId: string; readonly summary: string; readonly tags: readonly string[] }

/** The top of each page. `here` is where the page is, below the folder of the service. */
const bar = (title: string, here: 'docs' | 'docs/problems'): string => {
  const up = here === 'docs' ? '' : '../'
  const link = (path: string, text: string) =>
    `<a href="${up}${path}"${path === here ? ' aria-current="page"' : ''}>${escaped(text)}</a>`
  return `<header class="bar">
${here === 'docs' ? `<h1>${escaped(title)}</h1>` : `<strong>${escaped(title)}</strong>`}
<nav aria-label="Pages">${link('docs', 'Operations')} ${link('docs/problems', 'Problems')} ${link('openapi.json', 'openapi.json')}</nav>
</header>`
}

/** Runs in the browser after Swagger UI has loaded. */
export const TRY_IT_SCRIPT = `// "Try it out" fills in every example that it finds. An optional parameter, such as a position or a cursor, is better left
// out, so its example becomes part of its description.
const withoutOptionalExamples = (text) => {
  const document = JSON.parse(text)
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  const parameters = operations.flatMap(({ parameters = [] }) => parameters)
  for (const parameter of [...parameters, ...Object.values(document.components.parameters)]) {
    if (parameter.required !== false || parameter.example === undefined) continue
    parameter.description += ' For example \`' + parameter.example + '\`.'
    delete parameter.example
  }
  return JSON.stringify(document)
}

const ui = SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  // Nothing is sent anywhere to be checked.
  validatorUrl: null,
  // Swagger UI writes lines of NDJSON as one text of JSON. They are sent as lines.
  requestInterceptor: (request) => {
    const { body } = request
    if (request.url.endsWith('/entries/stream') && body?.startsWith?.('"')) request.body = JSON.parse(body)
    return request
  },
  responseInterceptor: (answer) => {
    if (answer.url.split('?')[0].endsWith('/openapi.json') && answer.ok) answer.text = withoutOptionalExamples(answer.text)
    return answer
  },
})

// The list of operations: beside them where there is room, else folded above them.
const list = document.getElementById('operations')
const wide = matchMedia('(min-width: 64rem)')
const fold = () => (list.open = wide.matches)
fold()
wide.addEventListener('change', fold)

// Opens the operation that a link of the list names.
addEventListener('hashchange', () => {
  const [, tag, operationId] = decodeURIComponent(location.hash).split('/')
  if (operationId === undefined) return
  ui.layoutActions.show(['operations-tag', tag], true)
  ui.layoutActions.show(['operations', tag, operationId], true)
  if (!wide.matches) list.open = false
  requestAnimationFrame(() => document.getElementById('operations-' + tag + '-' + operationId)?.scrollIntoView())
})
`

/** Every code of a problem under an anchor of its name, which is the \`type\` of the problem. */
export const problemsPage = (service: string): string =>
  page(
    'Problems',
    'assets/',
    '',
    `${bar(service, 'docs/problems')}
<main>
<h1>Problems</h1>
<p>What goes wrong is answered as <code>application/problem+json</code> (RFC 9457). <code>code</code> is for programs and
stays; <code>title</code> and <code>detail</code> are for people and may change.</p>
<p>Nothing answered 4xx is ever counted. What is answered 5xx, or not at all, may be counted, once: send it again with the
same <code>entryId</code> and the same content until the answer is 202 or 4xx.</p>
<h2 id="codes-of-problems">Codes of problems</h2>
${table(['code', 'status', 'means', 'what to do'], (Object.keys(PROBLEMS) as ProblemCode[]).map(problemRow))}
<h2 id="codes-of-fields">Codes of fields</h2>
<p>Each of <code>errors</code> points at a field that is wrong and says with a code why.</p>
${table(['code', 'means'], Object.entries(FIELD_TEXTS).map(fieldRow))}
</main>`,
  )

export const PAGE_STYLE = `body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff }
.bar { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: .6rem 1rem; background: #0b5c4b; color: #fff }
.bar h1, .bar strong { margin: 0; font-size: 1rem }
.bar nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem }
.bar a { color: #fff }
.bar a[aria-current] { text-decoration: none; border-bottom: 2px solid }
main { max-width: 60rem; margin: 1rem auto 2rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top }
code { font: .9em ui-monospace, monospace }
td:first-child { white-space: nowrap }
tr:target { background: #fff6d6 }
@media (max-width: 40rem) {
  thead { display: none }
  tr { display: block; border-bottom: 1px solid #ddd; padding: .5rem 0 }
  td { display: block; border: 0; padding: 0 }
  td:first-child { font-weight: 600 }
}
`

/** What Swagger UI needs to stand beside the list, and to fit on a phone. */
export const TRY_IT_STYLE = `.columns { max-width: 90rem; margin: 0 auto }
.operations { padding: .75rem 1rem; border-bottom: 1px solid #ddd }
.operations summary { font-weight: 600; cursor: pointer }
.operations h2 { font-size: 1rem; margin: 1rem 0 .25rem }
.operations ul { list-style: none; margin: 0; padding: 0 }
.operations a { display: flex; gap: .5rem; padding: .3rem 0; color: inherit; text-decoration: none; font-size: .9rem; line-height: 1.3 }
.operations a:hover span, .operations a:focus-visible span { text-decoration: underline }
.operations b { flex: none; width: 3.2rem; font: 600 .75rem/1.6 ui-monospace, monospace; color: #0b5c4b }
/* The bar has the title and the document. There is one server: this one. */
.swagger-ui .info hgroup, .swagger-ui .scheme-container .servers-title, .swagger-ui .scheme-container .servers { display: none }
.swagger-ui .info { margin: 1rem 0 0 }
.swagger-ui .info p, .swagger-ui .info li, .swagger-ui .info summary { font-size: .9rem; margin: .4rem 0 }
.swagger-ui .info li { margin-left: 0 }
.swagger-ui .scheme-container { margin: 0; padding: .5rem 0; box-shadow: none }
.swagger-ui .opblock-tag { padding: .5rem 0; font-size: 1.25rem }
.swagger-ui .markdown code, .swagger-ui .renderedMarkdown code { overflow-wrap: anywhere }
@media (max-width: 40rem) {
  .swagger-ui .wrapper { padding: 0 .5rem }
  .swagger-ui section.block.col-12 { padding: 0 }
  .swagger-ui .info, .swagger-ui .scheme-container section.wrapper { padding: 0 .5rem }
  .swagger-ui .opblock-tag { flex-wrap: wrap }
  .swagger-ui .opblock-tag small { flex-basis: 100%; order: 3; padding: 0 }
  .swagger-ui .opblock .opblock-section-header { flex-wrap: wrap; padding: .5rem .75rem }
  .swagger-ui .opblock-description-wrapper, .swagger-ui .table-container, .swagger-ui .responses-inner { padding: .75rem }
  .swagger-ui table.parameters > thead, .swagger-ui table.responses-table > thead { display: none }
  .swagger-ui table.parameters tr, .swagger-ui table.parameters td, .swagger-ui table.responses-table > tbody > tr, .swagger-ui table.responses-table > tbody > tr > td { display: block; width: auto; max-width: none; padding: .2rem 0 }
  .swagger-ui table.responses-table > tbody > tr { border-top: 1px solid #ddd; padding: .75rem 0 }
  .swagger-ui .parameters-col_name > div { display: inline-block; margin-right: .75rem }
  .swagger-ui .parameters-col_description input { max-width: 100%; width: 100% }
}
@media (min-width: 64rem) {
  .columns { display: grid; grid-template-columns: 18rem minmax(0, 1fr) }
  .operations { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; box-sizing: border-box; border: 0; border-right: 1px solid #ddd }
  .operations summary { display: none }
}
`

const problemRow = (code: ProblemCode): string => {
  const { means, remedy } = PROBLEM_TEXTS[code]
  const cells = [`\`${code}\``, String(PROBLEMS[code].status), means, remedy]
  return `<tr id="${code}">${cells.map(cell).join('')}</tr>`
}

// A code may be that of a problem and that of a field, so those of fields have anchors of their own.
const fieldRow = ([code, means]: [string, string]): string =>
  `<tr id="field-${code}">${[`\`${code}\``, means].map(cell).join('')}</tr>`

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
