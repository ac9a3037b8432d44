import { CREDENTIAL_FORMATS } from '../validation/credential-like';
import { requireInput } from '../validation/input-error';
import type { AgentGuardrailProps, StandardGuardrailOptions } from './agent-guardrail-props';
import { GuardrailContentFilter, GuardrailStrength } from './content-filter';
import { GuardrailAction } from './guardrail-action';
import { GuardrailEntity } from './sensitive-entity';
import { GuardrailSensitiveInformation } from './sensitive-information';
import { GuardrailTier } from './guardrail-tier';

type CredentialKind = (typeof CREDENTIAL_FORMATS)[number]['kind'];

/**
 * The credential formats that share a pattern. A guardrail can have ten patterns, and an organization needs some for
 * itself, so the ten formats use five patterns. The assessment of a call shows the name.
 */
const SECRET_PATTERNS: Readonly<Record<string, readonly CredentialKind[]>> = {
  AWS_CREDENTIAL: ['an AWS access key id', 'an Amazon Bedrock API key'],
  REPOSITORY_TOKEN: ['a GitHub token', 'a GitLab token', 'an npm token'],
  SERVICE_TOKEN: ['an OpenAI API key', 'a Slack token', 'a JSON Web Token'],
  URL_CREDENTIALS: ['a user name and password in a URL'],
};

/** A pattern finds only the first line of a key, so masking would not remove the key. */
const PRIVATE_KEY: readonly CredentialKind[] = ['a private key'];

/** Entities that are secrets. */
const SECRET_ENTITIES = [GuardrailEntity.AWS_ACCESS_KEY, GuardrailEntity.AWS_SECRET_KEY, GuardrailEntity.PASSWORD];

/**
 * Numbers of persons or accounts, which must not be in a review. They are masked only in the published output: in the
 * input, test fixtures must stay unchanged.
 */
const PUBLISHED_NUMBERS = [
  GuardrailEntity.CA_SOCIAL_INSURANCE_NUMBER,
  GuardrailEntity.CREDIT_DEBIT_CARD_NUMBER,
  GuardrailEntity.INTERNATIONAL_BANK_ACCOUNT_NUMBER,
  GuardrailEntity.UK_NATIONAL_INSURANCE_NUMBER,
  GuardrailEntity.US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER,
  GuardrailEntity.US_SOCIAL_SECURITY_NUMBER,
];

/**
 * The content filters for a coding agent. With these strengths, technical language ("kill the child", "master",
 * "injection") isn't blocked. MISCONDUCT is weakest on the input, because alarms, findings and exploits describe
 * misconduct. Reasons per choice: docs/guardrails.md.
 */
const CONTENT_FILTERS = [
  GuardrailContentFilter.promptAttack(GuardrailStrength.HIGH),
  GuardrailContentFilter.hate(GuardrailStrength.MEDIUM),
  GuardrailContentFilter.insults(GuardrailStrength.MEDIUM),
  GuardrailContentFilter.sexual(GuardrailStrength.MEDIUM),
  GuardrailContentFilter.violence(GuardrailStrength.MEDIUM),
  GuardrailContentFilter.misconduct(GuardrailStrength.LOW, GuardrailStrength.MEDIUM),
];

/** See `AgentGuardrail.standard`. */
export function codingAgentPolicy(
  where: string,
  props: StandardGuardrailOptions,
): Pick<AgentGuardrailProps, 'contentFilters' | 'sensitiveInformation' | 'tier'> {
  const secrets = props.secrets ?? GuardrailAction.MASK;
  requireInput(secrets === GuardrailAction.MASK || secrets === GuardrailAction.BLOCK, where, {
    input: 'secrets',
    value: secrets.name,
    allowed: 'mask, block',
    fix: 'choose one of these, or use new AgentGuardrail(...) to compose a policy of your own',
  });
  return {
    tier: GuardrailTier.STANDARD,
    contentFilters: replaced(CONTENT_FILTERS, props.contentFilters ?? [], ({ category }) => category),
    sensitiveInformation: replaced(
      sensitiveInformation(secrets),
      props.sensitiveInformation ?? [],
      ({ entity }) => entity.entityName,
    ),
  };
}

function sensitiveInformation(secrets: GuardrailAction): GuardrailSensitiveInformation[] {
  const both = { input: secrets, output: secrets };
  const handled = (entity: GuardrailEntity) => GuardrailSensitiveInformation.perDirection(entity, both);
  return [
    ...SECRET_ENTITIES.map(handled),
    ...Object.entries(SECRET_PATTERNS).map(([name, kinds]) => handled(secretPattern(name, kinds))),
    GuardrailSensitiveInformation.block(secretPattern('PRIVATE_KEY', PRIVATE_KEY)),
    ...PUBLISHED_NUMBERS.map((entity) =>
      GuardrailSensitiveInformation.perDirection(entity, { input: GuardrailAction.OFF, output: GuardrailAction.MASK }),
    ),
  ];
}

function secretPattern(name: string, kinds: readonly CredentialKind[]): GuardrailEntity {
  const patterns = CREDENTIAL_FORMATS.filter(({ kind }) => kinds.includes(kind)).map(
    // JavaScript writes a slash as \/, which is needed only in its literals.
    ({ pattern }) => pattern.source.replace(/\\\//g, '/'),
  );
  return GuardrailEntity.regex({ name, description: kinds.join(', '), pattern: patterns.join('|') });
}

/** The standard elements. A given element replaces the standard one with its name; new ones are added at the end. */
function replaced<T>(standard: readonly T[], given: readonly T[], nameOf: (element: T) => string): T[] {
  const names = given.map(nameOf);
  return [...standard.filter((element) => !names.includes(nameOf(element))), ...given];
}
