/**
 * Ids of the AWS-managed prefix lists of the two services that have gateway endpoints. AWS owns the lists; their ids
 * are constants of a Region, equal in every account. AWS publishes no table of the ids (they are read with `aws ec2
 * describe-prefix-lists`). Source: recorded output of that command, agreeing in several public repositories per id,
 * looked up 2026-11-23; for us-east-2 also newbedev.com/what-is-aws-prefix-actually, for us-west-2 also the acceptance
 * tests of hashicorp/terraform-provider-aws (data source aws_prefix_list), which run against AWS.
 */
export const S3_PREFIX_LIST_IDS: Readonly<Record<string, string>> = {
  'us-east-1': 'pl-63a5400a',
  'us-east-2': 'pl-7ba54012',
  'us-west-2': 'pl-68a54001',
};

/** See {@link S3_PREFIX_LIST_IDS}. */
export const DYNAMODB_PREFIX_LIST_IDS: Readonly<Record<string, string>> = {
  'us-east-1': 'pl-02cd2c6b',
  'us-east-2': 'pl-4ca54025',
  'us-west-2': 'pl-00a54069',
};
