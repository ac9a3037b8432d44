import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { CfnOutput, Duration, RemovalPolicy, Stack, TimeZone, type StackProps } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentAuditTrail, AgentKey, SourceRepository } from 'cdk-bedrock-managed-agents';
import { SecurityAuditor } from 'cdk-bedrock-managed-agents/blueprints';
import type { Construct } from 'constructs';

/** The bundle of a repository that lives elsewhere: `git bundle create legacy-billing.bundle --all`. */
export const BUNDLE = 'legacy-billing.bundle';

/** Every night, two repositories of CodeCommit and one that is brought as a bundle are audited. */
export class ScheduledSecurityAuditStack extends Stack {
  public readonly auditor: SecurityAuditor;

  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, props);
    const encryptionKey = new AgentKey(this, 'Key', { protects: 'the bundles and everything the auditor stores' });
    // One per account, for all Regions: pass the trail that you have instead, if there is one.
    const auditTrail = new AgentAuditTrail(this, 'Trail');
    const baseline = new AgentBaseline(this, 'Baseline', { dataKey: encryptionKey, auditTrail });

    const bundles = new Bucket(this, 'Bundles', {
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
    this.auditor = new SecurityAuditor(this, 'Auditor', {
      repositories: [
        // Repositories that exist. The agent may pull from these two and no others.
        SourceRepository.codeCommit(Repository.fromRepositoryName(this, 'PaymentsService', 'payments-service')),
        SourceRepository.codeCommit(Repository.fromRepositoryName(this, 'WebShop', 'web-shop')),
        SourceRepository.s3Bundle('legacy-billing', bundles, BUNDLE),
      ],
      schedule: ScheduleExpression.cron({ minute: '0', hour: '3', timeZone: TimeZone.EUROPE_BERLIN }),
      additionalRules: 'web-shop has no server of its own: report what its pages do with text of other people.',
      baseline,
    });
    auditTrail.recordObjectAccess(bundles);
    auditTrail.recordObjectAccess(this.auditor.findingsBucket);

    new CfnOutput(this, 'BundlesBucket', { value: bundles.bucketName });
    new CfnOutput(this, 'FindingsBucket', { value: this.auditor.findingsBucket.bucketName });
    new CfnOutput(this, 'AuditMachine', { value: this.auditor.auditMachine.stateMachineArn });
  }
}
