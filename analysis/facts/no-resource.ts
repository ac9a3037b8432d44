import { actionOf } from './actions';

/**
 * Actions for which `Resource: "*"` isn't a wildcard. An action without any resource form in the service data can't be
 * written in another way. Where the data has only optional forms, `*` is right for the actions below and for no other:
 * s3:GetObject has only optional forms, too.
 */

/** The roles that may have the action on `*`. */
export type Holder = 'function in a VPC' | 'other';

interface ReviewedAction {
  /** `any`: every role. Else only the roles of this kind, never an agent's execution role. */
  readonly whom: 'any' | Holder;
  readonly why: string;
}

const DATASET = 'metrics have no ARN; the one resource type (dataset) is optional';
const INTERFACE =
  'Lambda checks this form when it makes a function in a VPC; a narrower one is not documented ' +
  '(docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html)';

/** Reviewed 2026-11-27 with the AWS Service Authorization Reference. */
export const OPTIONAL_FORMS: ReadonlyMap<string, ReviewedAction> = new Map<string, ReviewedAction>([
  [
    'cloudwatch:DescribeAlarms',
    { whom: 'any', why: 'composite alarms are shown only to roles that may describe every alarm' },
  ],
  ['cloudwatch:GetMetricData', { whom: 'any', why: DATASET }],
  ['cloudwatch:GetMetricStatistics', { whom: 'any', why: DATASET }],
  ['cloudwatch:ListMetrics', { whom: 'any', why: DATASET }],
  ['cloudwatch:PutMetricData', { whom: 'any', why: DATASET }],
  [
    'comprehend:DetectEntities',
    { whom: 'any', why: 'a text has no ARN; the one resource type (endpoint) is optional' },
  ],
  ['polly:SynthesizeSpeech', { whom: 'any', why: 'a text has no ARN; the one resource type (lexicon) is optional' }],
  [
    'translate:TranslateText',
    { whom: 'any', why: 'a text has no ARN; the resource types (parallel-data, terminology) are optional' },
  ],
  ['ec2:AssignPrivateIpAddresses', { whom: 'function in a VPC', why: INTERFACE }],
  ['ec2:CreateNetworkInterface', { whom: 'function in a VPC', why: INTERFACE }],
  ['ec2:DeleteNetworkInterface', { whom: 'function in a VPC', why: INTERFACE }],
  ['ec2:DescribeNetworkInterfaces', { whom: 'function in a VPC', why: INTERFACE }],
  ['ec2:DescribeSubnets', { whom: 'function in a VPC', why: INTERFACE }],
  ['ec2:UnassignPrivateIpAddresses', { whom: 'function in a VPC', why: INTERFACE }],
]);

/**
 * Why `Resource: "*"` is right for an action, or undefined if a resource must be named or the action isn't known.
 *
 * @param action full name, in any case.
 * @param holder what uses the role: a function in a VPC, or something else.
 */
export function reasonForAnyResource(action: string, holder: Holder): string | undefined {
  const known = actionOf(action);
  if (!known) return undefined;
  const reviewed = OPTIONAL_FORMS.get(known.action);
  if (reviewed) return reviewed.whom === 'any' || reviewed.whom === holder ? reviewed.why : undefined;
  return known.forms.length === 0 ? 'the action has no resource-level form' : undefined;
}
