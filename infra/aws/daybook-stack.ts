/** Daybook on AWS, in the order in which an entry goes through it (docs/ARCHITECTURE.md has the picture). */
import { CfnOutput, Stack, type App } from 'aws-cdk-lib'
import { Alarms } from './alarms.ts'
import { Archive } from './archive.ts'
import { Backups } from './backups.ts'
import { ContainerEdge } from './container-edge.ts'
import { Closing } from './closing.ts'
import { Consumers } from './consumers.ts'
import { EntryStream } from './entry-stream.ts'
import { Heartbeat } from './heartbeat.ts'
import { Identity, RESOURCE_SERVER } from './identity.ts'
import { Keys } from './keys.ts'
import { LambdaEdge } from './lambda-edge.ts'
import { namesOf } from './names.ts'
import type { PublicHost } from './public-host.ts'
import { SealStore } from './seals.ts'
import { Services, type ServicesProps } from './services.ts'
import type { Stage } from './stage.ts'
import { Tables } from './tables.ts'

export class DaybookStack extends Stack {
  constructor(app: App, stage: Stage) {
    super(app, `daybook-${stage.name}`, {
      env: { region: stage.region },
      description: `Daybook, stage ${stage.name}`,
      terminationProtection: stage.isProduction,
    })
    const { account, region } = this

    const keys = new Keys(this, 'keys', { stage, account })
    const { stream } = new EntryStream(this, 'stream', { stage, key: keys.data })
    const tables = new Tables(this, 'tables', { stage, key: keys.data })
    const archive = new Archive(this, 'archive', { stage, key: keys.data, logKey: keys.logs, account, region })
    const seals = new SealStore(this, 'seals', { stage, key: keys.data, account, region })
    const names = namesOf({ stage, stream, tables, archive, seals })
    const consumers = new Consumers(this, 'consumers', { stage, keys, stream, tables, archive, seals, names })
    const identity = new Identity(this, 'identity', { stage, keys, tables, account, names })
    const tokens = {
      TOKEN_ISSUER: `https://cognito-idp.${region}.amazonaws.com/${identity.userPool.userPoolId}`,
      SCOPE_PREFIX: `${RESOURCE_SERVER}/`,
    }
    const edge = this.#edge({ stage, keys, stream, tables, names, tokens })
    const closing = new Closing(this, 'closing', { stage, keys, stream, tables, archive, names })
    const heartbeat = new Heartbeat(this, 'heartbeat', { stage, keys, stream, names })
    new Alarms(this, 'alarms', {
      stage,
      keys,
      stream,
      consumers,
      archive,
      tables,
      closing,
      functions: [
        consumers.journal,
        consumers.archive,
        ...edge.functions,
        closing.step,
        heartbeat.heart,
        identity.claims,
      ],
      serverErrors: edge.serverErrors,
    })
    if (stage.isProduction) new Backups(this, 'backups', { stage, keys, tables })

    new CfnOutput(this, 'url', { value: edge.url })
    new CfnOutput(this, 'userPoolId', { value: identity.userPool.userPoolId })
    new CfnOutput(this, 'tokenUrl', {
      value: `https://${identity.domain}.auth.${region}.amazoncognito.com/oauth2/token`,
    })
    const settings = { AWS_REGION: region, ...names, ...tokens, USER_POOL_ID: identity.userPool.userPoolId }
    new CfnOutput(this, 'settings', {
      description:
        'The settings of the commands (docs/operations.md), for a shell: export them before npm run reconcile.',
      value: Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    })
  }

  /** The same two services behind either edge. */
  #edge(props: ServicesProps): PublicHost {
    if (props.stage.edge === 'container') return new ContainerEdge(this, 'edge', props)
    const services = new Services(this, 'services', props)
    return new LambdaEdge(this, 'edge', { stage: props.stage, keys: props.keys, services })
  }
}
