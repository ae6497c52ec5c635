import { Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib'
import {
  AccountRecovery,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  ProviderAttribute,
  ResourceServerScope,
  UserPool,
  UserPoolIdentityProviderOidc,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import { SCOPES } from '#ledger/access'
import { accept } from './findings.ts'
import { DaybookFunction } from './function.ts'
import type { Keys } from './keys.ts'
import { only, type Names } from './names.ts'
import { named, type IdentityProvider, type Stage } from './stage.ts'
import type { Tables } from './tables.ts'

export type IdentityProps = {
  readonly stage: Stage
  readonly keys: Keys
  readonly tables: Tables
  readonly account: string
  readonly names: Names
}

/** The user pool: people with a second factor, and the clients that `npm run clients` adds. */
export class Identity extends Construct {
  readonly userPool: UserPool
  readonly domain: string
  readonly claims: DaybookFunction

  constructor(scope: Construct, id: string, { stage, keys, tables, account, names }: IdentityProps) {
    super(scope, id)
    this.claims = new DaybookFunction(this, 'claims', {
      stage,
      logKey: keys.logs,
      deployable: 'token-claims',
      description: 'Says in a token which merchants are granted.',
      // Cognito waits 5 s at most.
      timeout: Duration.seconds(5),
      memoryMiB: 512,
      environment: only(names, 'GRANTS_TABLE'),
    })
    this.claims.allow({ actions: ['dynamodb:GetItem'], resources: [tables.all.grants.tableArn] })
    this.claims.allow({ actions: ['kms:Decrypt'], resources: [keys.data.keyArn] })

    this.userPool = new UserPool(this, 'users', {
      userPoolName: named(stage, 'users'),
      // The least plan whose tokens of clients a function may change.
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: stage.isProduction,
      removalPolicy: stage.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    accept(this.userPool, {
      COG8: 'The plan Plus costs more for each user and its threat protection looks at passwords; a second factor is required.',
    })
    this.userPool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, this.claims.fn, LambdaVersion.V3_0)
    this.userPool.addResourceServer('scopes', {
      identifier: RESOURCE_SERVER,
      scopes: SCOPES.map((scope) => new ResourceServerScope({ scopeName: scope, scopeDescription: scope })),
    })
    if (stage.identityProvider !== undefined) this.#federate(stage.identityProvider)
    this.domain = `${named(stage, 'sign-in')}-${account}`
    this.userPool.addDomain('domain', { cognitoDomain: { domainPrefix: this.domain } })
  }

  /** The provider asks for the second factor of its people; Cognito asks only people of its own. */
  #federate({ name, issuer, clientId, secretName }: IdentityProvider): void {
    new UserPoolIdentityProviderOidc(this, 'provider', {
      userPool: this.userPool,
      name,
      issuerUrl: issuer,
      clientId,
      // The template holds a reference, which CloudFormation resolves when it deploys.
      clientSecret: SecretValue.secretsManager(secretName).unsafeUnwrap(),
      scopes: ['openid', 'email'],
      attributeMapping: { email: ProviderAttribute.other('email') },
    })
  }
}

/** Cognito writes the scopes of a token as `daybook/entries:write`. */
export const RESOURCE_SERVER = 'daybook'
