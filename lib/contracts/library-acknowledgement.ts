/**
 * The contract of the findings of rule packs that this library acknowledges for its own resources. `bma review` counts them
 * apart from those that an app acknowledges.
 */

/** Ends every reason of such an acknowledgement. */
export const LIBRARY_REVIEW = ' Reviewed in cdk-bedrock-managed-agents.';

/** The only rules that are acknowledged, for single resources each. An app could write the text above, too. */
export const LIBRARY_RULES = [
  'AwsSolutions::AwsSolutions-CB3',
  'AwsSolutions::AwsSolutions-CB4',
  'AwsSolutions::AwsSolutions-IAM5',
  'AwsSolutions::AwsSolutions-SMG4',
  'AwsSolutions::AwsSolutions-SQS3',
] as const;

/** A rule that this library acknowledges. */
export type LibraryRule = (typeof LIBRARY_RULES)[number];
