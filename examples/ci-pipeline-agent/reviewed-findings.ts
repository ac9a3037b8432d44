import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Validations, type CfnElement, type Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** A finding of a public cdk-nag pack that was reviewed, and why it stays. */
interface ReviewedFinding {
  readonly reason: string;
  /** `<pack>::<rule>`, the form that cdk-nag 3 records in the validation report together with the reason. */
  readonly ids: string[];
}

/** Decisions of this stack: what its owner answers an auditor. */
const DECISIONS: ReviewedFinding[] = [
  {
    reason:
      'CloudTrail records access to the objects with the caller, signed and under our key; server access logs are best-effort and their target cannot use a customer-managed key.',
    ids: inEveryPack('S3BucketLoggingEnabled', 'AwsSolutions::AwsSolutions-S1'),
  },
  {
    reason:
      'The buckets are versioned and retained in the Region of the agent; a copy in another Region is a decision about data residency that an example must not take.',
    ids: inEveryPack('S3BucketReplicationEnabled'),
  },
  {
    reason:
      'Each policy belongs to exactly one role and is reviewed with it; a managed policy could be attached elsewhere.',
    ids: inEveryPack('IAMNoInlinePolicy'),
  },
];

/** Records the reviewed findings of the network with their reasons, so that both stand in the validation report. */
export function acknowledgeNetworkFindings(stack: Stack): void {
  acknowledge(stack, {
    reason:
      'Only a custom resource that may change security groups can empty the default group of a VPC. Nothing here uses that group.',
    ids: inEveryPack('VPCDefaultSecurityGroupClosed'),
  });
}

/** Records the reviewed findings of the agent with their reasons, so that both stand in the validation report. */
export function acknowledgeAgentFindings(stack: Stack, reviews: IBucket): void {
  for (const decision of DECISIONS) {
    acknowledge(stack, decision);
  }
  const bucket = stack.getLogicalId(reviews.node.defaultChild as CfnElement);
  acknowledge(stack, {
    reason: 'The keys of the objects are chosen at run time; the bucket is exact.',
    ids: [wildcard(`Resource::<${bucket}.Arn>/*`)],
  });
  acknowledge(stack, {
    reason: 'Fixed groups of actions that grantPut and grantRead of aws-cdk-lib render, on one bucket and one key.',
    ids: ['s3:Abort*', 's3:GetBucket*', 's3:GetObject*', 's3:List*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'].map(
      (action) => wildcard(`Action::${action}`),
    ),
  });
}

function acknowledge(scope: IConstruct, { ids, reason }: ReviewedFinding): void {
  ids.forEach((id) => Validations.of(scope).acknowledge({ id, reason }));
}

function inEveryPack(rule: string, ...others: string[]): string[] {
  const packs = ['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'];
  return [...packs.map((pack) => `${pack}::${pack}-${rule}`), ...others];
}

function wildcard(finding: string): string {
  return `AwsSolutions::AwsSolutions-IAM5[${finding}]`;
}
