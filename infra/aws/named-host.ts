/** The certificate and the DNS record of the public host's own name. */
import { Certificate, CertificateValidation, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager'
import { ARecord, HostedZone, type IHostedZone, RecordTarget, type IAliasRecordTarget } from 'aws-cdk-lib/aws-route53'
import { Construct } from 'constructs'
import type { Domain } from './public-host.ts'

export class NamedHost extends Construct {
  readonly certificate: ICertificate
  readonly #zone: IHostedZone | undefined

  constructor(scope: Construct, id: string, { name, hostedZoneId, certificateArn }: Domain) {
    super(scope, id)
    // The record is the host itself, so its name takes the place of the zone's, which only a look-up would tell.
    this.#zone =
      hostedZoneId === undefined
        ? undefined
        : HostedZone.fromHostedZoneAttributes(this, 'zone', { hostedZoneId, zoneName: name })
    this.certificate =
      certificateArn === undefined
        ? new Certificate(this, 'certificate', {
            domainName: name,
            validation: CertificateValidation.fromDns(this.#zone),
          })
        : Certificate.fromCertificateArn(this, 'certificate', certificateArn)
  }

  /** Without a zone of ours, the record is set by hand, as the output `recordTarget` says. */
  pointTo(target: IAliasRecordTarget): void {
    if (this.#zone === undefined) return
    new ARecord(this, 'record', { zone: this.#zone, target: RecordTarget.fromAlias(target) })
  }
}
