/** A guardrail profile: the Regions in which AWS may evaluate a guardrail, by the Region of the guardrail. */
export interface GuardrailProfileFact {
  readonly id: string;
  readonly destinations: Readonly<Record<string, readonly string[]>>;
}

const US = ['us-east-1', 'us-east-2', 'us-west-2'];
const GOV = ['us-gov-east-1', 'us-gov-west-1'];
const EU = ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'];
const ASIA = ['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'];
const WIDER_ASIA = [...ASIA, 'ap-south-2', 'ap-southeast-4'];

/**
 * The guardrail profiles of AWS. If a Region is in two of them, the one with fewer destinations is listed first and is
 * the default, so that text stays in fewer Regions.
 *
 * Source (read 2026-11-23): docs.aws.amazon.com/bedrock/latest/userguide/guardrails-cross-region-support.html.
 */
export const GUARDRAIL_PROFILES: readonly GuardrailProfileFact[] = [
  {
    id: 'us.guardrail.v1:0',
    destinations: { 'us-east-1': US, 'us-east-2': US, 'us-west-1': [...US, 'us-west-1'], 'us-west-2': US },
  },
  { id: 'us-gov.guardrail.v1:0', destinations: { 'us-gov-east-1': GOV, 'us-gov-west-1': GOV } },
  {
    id: 'eu.guardrail.v1:0',
    destinations: {
      ...Object.fromEntries(EU.map((region) => [region, EU])),
      'il-central-1': [...EU, 'il-central-1'],
    },
  },
  { id: 'uk.guardrail.v1:0', destinations: { 'eu-west-2': ['eu-west-2'] } },
  { id: 'au.guardrail.v1:0', destinations: { 'ap-southeast-2': ['ap-southeast-2'] } },
  { id: 'ca.guardrail.v1:0', destinations: { 'ca-central-1': ['ca-central-1', 'ca-west-1'] } },
  {
    id: 'apac.guardrail.v1:0',
    destinations: {
      'ap-northeast-1': ASIA,
      'ap-northeast-2': ASIA,
      'ap-south-1': ASIA,
      'ap-southeast-1': ASIA,
      'ap-southeast-2': ASIA,
      'ap-southeast-3': [...WIDER_ASIA, 'ap-southeast-3'],
      'ap-southeast-4': WIDER_ASIA,
      'ap-southeast-5': [...WIDER_ASIA, 'ap-southeast-3', 'ap-southeast-5'],
      'ap-southeast-7': [...WIDER_ASIA, 'ap-southeast-3', 'ap-southeast-7'],
      'ap-east-2': [...WIDER_ASIA, 'ap-southeast-3', 'ap-east-2'],
      'me-central-1': [...WIDER_ASIA, 'me-central-1'],
    },
  },
];
