import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { BackupVault, CfnBackupPlan, CfnBackupSelection } from 'aws-cdk-lib/aws-backup'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { Keys } from './keys.ts'
import { acceptWildcard } from './findings.ts'
import { named, type Stage } from './stage.ts'
import type { Tables } from './tables.ts'

export type BackupsProps = { readonly stage: Stage; readonly keys: Keys; readonly tables: Tables }

/**
 * Weekly copies of the small tables that nothing else can fully replace, in a vault that no operator can empty. The journal
 * is not among them: a full copy of it each week would cost more than the table (docs/decisions/0018-backups.md).
 */
export class Backups extends Construct {
  constructor(scope: Construct, id: string, { stage, keys, tables }: BackupsProps) {
    super(scope, id)
    const { merchants, days, grants } = tables.all
    const kept = [merchants, days, grants]
    const vault = new BackupVault(this, 'vault', {
      backupVaultName: named(stage, 'backups'),
      encryptionKey: keys.data,
      // A policy of the vault that refuses every caller that wants to delete a copy.
      blockRecoveryPointDeletion: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const plan = new CfnBackupPlan(this, 'plan', {
      backupPlan: {
        backupPlanName: named(stage, 'backups'),
        backupPlanRule: [
          {
            ruleName: 'weekly',
            targetBackupVault: vault.backupVaultName,
            scheduleExpression: 'cron(0 4 ? * SUN *)',
            lifecycle: { deleteAfterDays: KEPT_FOR.toDays() },
          },
        ],
      },
    })
    const role = this.#role(keys, kept)
    const selection = new CfnBackupSelection(this, 'tables', {
      backupPlanId: plan.attrBackupPlanId,
      backupSelection: {
        selectionName: named(stage, 'tables'),
        iamRoleArn: role.roleArn,
        resources: kept.map(({ tableArn }) => tableArn),
      },
    })
    selection.node.addDependency(role)
  }

  /** The service's own policy allows all tables of the account, so this role names ours. */
  #role(keys: Keys, kept: readonly { readonly tableArn: string }[]): Role {
    const role = new Role(this, 'role', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    })
    const allow = (actions: string[], resources: string[]) =>
      role.addToPrincipalPolicy(new PolicyStatement({ actions, resources }))
    allow(
      ['dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource', 'dynamodb:StartAwsBackupJob', 'dynamodb:CreateBackup'],
      kept.map(({ tableArn }) => tableArn),
    )
    const copies = kept.map(({ tableArn }) => `${tableArn}/backup/*`)
    allow(['dynamodb:DescribeBackup', 'dynamodb:DeleteBackup'], copies)
    for (const arn of copies) acceptWildcard(role, arn, 'DynamoDB names each copy itself.')
    allow(['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'], [keys.data.keyArn])
    return role
  }
}

const KEPT_FOR = Duration.days(365)
