const client = (name) => ({
  input: { target: `${name}.json` },
  // The documents name no server. Here the address comes from the environment.
  output: {
    target: `${name}.ts`,
    client: 'fetch',
    mode: 'single',
    baseUrl: { runtime: `process.env.${name.toUpperCase()}_URL` },
  },
})

export default { ingest: client('ingest'), query: client('query') }
