/**
 * Facts about one OpenAI model on the `bedrock-mantle` endpoint.
 *
 * Prices are list prices for in-Region, on-demand Standard inference with at most 272K input tokens. {@link
 * PRICE_FACTORS} has the factors for cache writes and longer requests. Tax and discounts aren't included. Unknown
 * prices are omitted.
 */
export interface ModelFacts {
  /** Model id of the endpoint, without an inference-profile prefix. */
  readonly id: string;
  /** BMA Regions where `bedrock-mantle` is documented to serve the model in-Region. */
  readonly regions: readonly string[];
  /** US dollars per million input tokens. */
  readonly usdPerMillionInputTokens?: number;
  /** US dollars per million input tokens read from the prompt cache. */
  readonly usdPerMillionCachedInputTokens?: number;
  /** US dollars per million output tokens. */
  readonly usdPerMillionOutputTokens?: number;
  /** The source of Regions and prices; "AWS" marks the text of an AWS page, other sources are secondary. */
  readonly source: string;
  /** ISO date on which the source was read. All were read in stored copies, which can be older. */
  readonly readOn: string;
}

/**
 * Factors of a price. Source: the AWS model cards as quoted in public code, checked there on 2026-10-02.
 */
export const PRICE_FACTORS = {
  /** Input tokens that are written to the prompt cache. */
  cacheWrite: 1.25,
  /** A request with more input tokens than this: all of its input and output tokens. */
  longRequest: { aboveInputTokens: 272_000, input: 2, output: 1.5 },
};

/**
 * OpenAI models of the Bedrock catalogue in the Regions of Bedrock Managed Agents (BMA).
 *
 * BMA doesn't necessarily support every model of the Bedrock catalogue: AWS says to use "BMA-supported OpenAI models
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
    usdPerMillionInputTokens: 4.4,
    usdPerMillionCachedInputTokens: 0.44,
    usdPerMillionOutputTokens: 22,
    source:
      'Regions AWS: Bedrock User Guide, model-card-openai-gpt-56-sol; price as quoted from that card in public code, ' +
      'checked there on 2026-10-02. The card called it a promotion until 2026-11-21 at least; before it was 5.50 / 33.00',
    readOn: '2026-11-27',
  },
  {
    id: 'openai.gpt-5.5',
    regions: ['us-east-1', 'us-east-2'],
    usdPerMillionInputTokens: 5.5,
    usdPerMillionCachedInputTokens: 0.55,
    usdPerMillionOutputTokens: 33,
    source:
      'Regions AWS: Bedrock User Guide, models-region-compatibility; price as quoted from the AWS model card in public code',
    readOn: '2026-11-27',
  },
  {
    id: 'openai.gpt-5.4',
    regions: ['us-east-1', 'us-east-2', 'us-west-2'],
    usdPerMillionInputTokens: 2.75,
    usdPerMillionCachedInputTokens: 0.275,
    usdPerMillionOutputTokens: 16.5,
    source:
      'Regions AWS: Bedrock User Guide, models-region-compatibility; price not AWS: genai-prices and models.dev, which add ' +
      "AWS's 10 % to the price of OpenAI; no AWS card was read",
    readOn: '2026-11-27',
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
    usdPerMillionInputTokens: 0.11,
    usdPerMillionCachedInputTokens: 0.011,
    usdPerMillionOutputTokens: 0.55,
    source:
      'Regions not AWS: developers.openai.com/api/docs/guides/amazon-bedrock; price as quoted from the AWS model card in ' +
      'public code, checked there on 2026-10-02',
    readOn: '2026-11-27',
  },
  {
    id: 'openai.gpt-6.1-sol',
    regions: ['us-east-1'],
    usdPerMillionInputTokens: 2.2,
    usdPerMillionCachedInputTokens: 0.11,
    usdPerMillionOutputTokens: 11,
    source: 'Region and price as quoted from the AWS model card in public code (released 2026-09-29)',
    readOn: '2026-11-27',
  },
  {
    id: 'openai.gpt-6-astra',
    // The OpenAI guide and an older copy of the card name only us-west-2; the newer copy adds us-east-1.
    regions: ['us-east-1', 'us-west-2'],
    usdPerMillionInputTokens: 11,
    usdPerMillionCachedInputTokens: 1.1,
    usdPerMillionOutputTokens: 55,
    source: 'AWS: Bedrock User Guide, model-card-openai-gpt-6-astra (copy with the Ultrafast tier)',
    readOn: '2026-11-23',
  },
];
