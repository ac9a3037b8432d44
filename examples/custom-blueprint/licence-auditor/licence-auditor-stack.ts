import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentAuditTrail, AgentKey } from 'cdk-bedrock-managed-agents';
import type { Construct } from 'constructs';
import { LicenceAuditor } from './licence-auditor';

/** The blueprint with what surrounds it: a bucket for packed repositories, one key, and the audit trail of the account. */
export class LicenceAuditorStack extends Stack {
  public readonly blueprint: LicenceAuditor;

  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, props);
    const encryptionKey = new AgentKey(this, 'Key', { protects: 'the repositories and everything the agent stores' });
    // One per account, for all Regions: pass the trail that you have instead, if there is one.
    const auditTrail = new AgentAuditTrail(this, 'Audit');
    const baseline = new AgentBaseline(this, 'Baseline', { dataKey: encryptionKey, auditTrail });

    const sources = new Bucket(this, 'Sources', {
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      // A bundle is replaced by the next one; what it was can be restored for 30 days.
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.blueprint = new LicenceAuditor(this, 'LicenceAuditor', {
      sources,
      repositories: ['payments-service', 'web-shop'],
      baseline,
    });
    auditTrail.recordObjectAccess(sources);
    auditTrail.recordObjectAccess(this.blueprint.reports);

    new CfnOutput(this, 'SourcesBucket', { value: sources.bucketName });
    new CfnOutput(this, 'ReportsBucket', { value: this.blueprint.reports.bucketName });
  }
}
