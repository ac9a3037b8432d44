/**
 * What is known of one OpenAI model on the `bedrock-mantle` endpoint.
 *
 * Prices are list prices for in-Region, on-demand Standard inference with at most 272K input tokens; longer requests,
 * cache writes, tax and discounts are not in them. A price that could not be established is left out.
 */
export interface ModelFacts {
  /** Model id as the endpoint takes it, without an inference-profile prefix. */
  readonly id: string;
  /** BMA Regions where `bedrock-mantle` is documented to serve the model in-Region. */
  readonly regions: readonly string[];
  /** US dollars per million input tokens. */
  readonly usdPerMillionInputTokens?: number;
  /** US dollars per million input tokens read from the prompt cache. */
  readonly usdPerMillionCachedInputTokens?: number;
  /** US dollars per million output tokens. */
  readonly usdPerMillionOutputTokens?: number;
  /** Where Regions and prices come from; "AWS" marks the text of an AWS page, everything else is second-hand. */
  readonly source: string;
  /** ISO date on which the source was read. All were read in stored copies, which can be older than that. */
  readonly readOn: string;
}

/**
 * OpenAI models of the Bedrock catalogue in the Regions of Bedrock Managed Agents (BMA).
 *
 * Presence in the Bedrock catalogue alone does not prove BMA compatibility: AWS says to use "BMA-supported OpenAI models
 * available in the target Region and account" and publishes no list of them. Its BMA pages show `openai.gpt-5.6-luna`.
 *
 * AWS model cards state that commercial in-Region prices include a 10 % fee over OpenAI's own.
 */
export const MODEL_CATALOGUE: readonly ModelFacts[] = [
  {
    id: 'openai.gpt-5.6-luna',
    regions: ['us-east-1', 'us-east-2', 'us-west-2'],
    usdPerMillionInputTokens: 0.22,
    usdPerMillionCachedInputTokens: 0.022,
    usdPerMillionOutputTokens: 1.32,
    source:
      'not AWS: Regions and price github.com/awslabs/startups pricing-cache.md (from aws.amazon.com/bedrock/pricing); ' +
      'Regions also promptfoo PR 10081 (live /v1/models); cached price as quoted from the AWS model card in public code',
    readOn: '2026-11-23',
  },
  {
    id: 'openai.gpt-5.6-terra',
    regions: ['us-east-1', 'us-east-2', 'us-west-2'],
    usdPerMillionInputTokens: 2.2,
    usdPerMillionCachedInputTokens: 0.22,
    usdPerMillionOutputTokens: 13.2,
    source:
      'not AWS: Regions and price github.com/awslabs/startups pricing-cache.md (from aws.amazon.com/bedrock/pricing); ' +
      'Regions also promptfoo PR 10081 (live /v1/models); cached price models.dev PR 5585',
    readOn: '2026-11-23',
  },
  {
    id: 'openai.gpt-5.6-sol',
    regions: ['us-east-1', 'us-east-2'],
    // No price: the AWS card read showed a promotion (4.40 / 0.44 cached / 22.00) promised only to 2026-11-21 at least;
    // before it the price was 5.50 / 33.00, and what followed is not documented.
    source: 'Regions AWS: Bedrock User Guide, model-card-openai-gpt-56-sol; price not documented after 2026-11-21',
    readOn: '2026-11-23',
  },
  {
    id: 'openai.gpt-5.5',
    regions: ['us-east-1', 'us-east-2'],
    usdPerMillionInputTokens: 5,
    usdPerMillionCachedInputTokens: 0.5,
    usdPerMillionOutputTokens: 30,
    source:
      'Regions AWS: Bedrock User Guide, models-region-compatibility; price not AWS: the project reference (seed article, ' +
      'cached -90 %). genai-prices and models.dev, both 10 % higher, give 5.50 / 0.55 cached / 33.00 as the AWS price',
    readOn: '2026-11-23',
  },
  {
    id: 'openai.gpt-5.4',
    regions: ['us-east-1', 'us-east-2', 'us-west-2'],
    usdPerMillionInputTokens: 2.5,
    usdPerMillionCachedInputTokens: 0.25,
    usdPerMillionOutputTokens: 15,
    source:
      'Regions AWS: Bedrock User Guide, models-region-compatibility; price not AWS: the project reference (seed article, ' +
      'cached -90 %). genai-prices and models.dev, both 10 % higher, give 2.75 / 0.275 cached / 16.50 as the AWS price',
    readOn: '2026-11-23',
  },
  {
    id: 'openai.gpt-6-sol',
    regions: ['us-east-1'],
    usdPerMillionInputTokens: 2.2,
    usdPerMillionCachedInputTokens: 0.22,
    usdPerMillionOutputTokens: 11,
    source: 'AWS: Bedrock User Guide, model-card-openai-gpt-6-sol',
    readOn: '2026-11-23',
  },
  {
    id: 'openai.gpt-6-luna',
    regions: ['us-east-1'],
    source: 'Regions not AWS: developers.openai.com/api/docs/guides/amazon-bedrock; AWS price not documented',
    readOn: '2026-11-23',
  },
  {
    id: 'openai.gpt-6-astra',
    // The OpenAI guide and an older copy of the card name us-west-2 alone; the newer copy adds us-east-1.
    regions: ['us-east-1', 'us-west-2'],
    usdPerMillionInputTokens: 11,
    usdPerMillionCachedInputTokens: 1.1,
    usdPerMillionOutputTokens: 55,
    source: 'AWS: Bedrock User Guide, model-card-openai-gpt-6-astra (copy with the Ultrafast tier)',
    readOn: '2026-11-23',
  },
];
