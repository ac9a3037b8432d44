import { Validations, type Stack } from 'aws-cdk-lib/core';

/**
 * What the public packs of cdk-nag say about a stack with a blueprint, and why it stays: what its owner answers an
 * auditor. Where the reasons come from: docs/workflow.md and docs/triggers.md, "What rule packs say".
 */
const DECISIONS: readonly { readonly reason: string; readonly ids: readonly string[] }[] = [
  {
    reason:
      'CloudTrail records access to the objects with the caller, signed and under our key; server access logs are best-effort and their target cannot use a customer-managed key.',
    ids: [...inEveryPack('S3BucketLoggingEnabled'), 'AwsSolutions::AwsSolutions-S1'],
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
  {
    reason:
      'Functions are called by Step Functions, which waits for them and handles their errors, or read a queue that has a dead-letter queue.',
    ids: inEveryPack('LambdaDLQ'),
  },
  {
    reason:
      'Slots of the workflow and event source mappings bound how many functions run; reserving concurrency would take it from the rest of the account.',
    ids: inEveryPack('LambdaConcurrency'),
  },
  {
    reason: 'Starters talk to Step Functions and SQS only and hold no session permission.',
    ids: inEveryPack('LambdaInsideVPC'),
  },
  {
    reason: 'They are dead-letter queues themselves: of rules of EventBridge, which the pack does not see.',
    ids: ['AwsSolutions::AwsSolutions-SQS3'],
  },
  {
    reason: 'The ledger can be restored to any point in time; a backup plan is a decision of the account.',
    ids: inEveryPack('DynamoDBInBackupPlan'),
  },
  {
    reason:
      'Only a custom resource that may change security groups can empty the default group of a VPC. Nothing here uses that group.',
    ids: inEveryPack('VPCDefaultSecurityGroupClosed'),
  },
];

/** Records the decisions with their reasons, so that both stand in the validation report. */
export function acknowledgeBlueprintFindings(stack: Stack): void {
  for (const { ids, reason } of DECISIONS) {
    ids.forEach((id) => Validations.of(stack).acknowledge({ id, reason }));
  }
}

function inEveryPack(rule: string): string[] {
  return ['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'].map((pack) => `${pack}::${pack}-${rule}`);
}
