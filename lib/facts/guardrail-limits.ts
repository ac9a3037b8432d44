/**
 * Limits of Bedrock Guardrails that can be checked at synth.
 *
 * Sources (read 2026-11-23): the CreateGuardrail and CreateGuardrailVersion models of the AWS SDK; for definitions per
 * tier docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tiers.html; for thresholds
 * docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html ("between 0 and 0.99, a threshold
 * of 1 is invalid"); for lookaround docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html.
 */
export const GUARDRAIL_LIMITS = {
  namePattern: /^[0-9a-zA-Z_-]{1,50}$/,
  nameLength: 50,
  descriptionLength: 200,
  blockedMessageLength: 500,
  tags: 200,
  topics: 30,
  topicNamePattern: /^[0-9a-zA-Z_ !?.-]{1,100}$/,
  /** Longest definition of a denied topic, by tier. */
  topicDefinitionLength: { CLASSIC: 200, STANDARD: 1000 },
  topicExamples: 5,
  topicExampleLength: 100,
  words: 10_000,
  wordLength: 100,
  regexes: 10,
  regexNameLength: 100,
  regexDescriptionLength: 1000,
  regexPatternLength: 500,
  groundingThreshold: { min: 0, max: 0.99 },
  /** A numbered version: never `DRAFT`, which can change at any time. */
  versionPattern: /^[1-9][0-9]{0,7}$/,
  arnPattern: /^arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+$/,
  profileIdPattern: /^(?=.{15,30}$)[a-z0-9-]+\.guardrail\.v[0-9:]+$/,
} as const;
