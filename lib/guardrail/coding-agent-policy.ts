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
 * Which credential formats share a pattern. A guardrail has room for ten patterns and an organization wants some of its
 * own, so the ten formats take five; the assessment of a call shows the name.
 */
const SECRET_PATTERNS: Readonly<Record<string, readonly CredentialKind[]>> = {
  AWS_CREDENTIAL: ['an AWS access key id', 'an Amazon Bedrock API key'],
  REPOSITORY_TOKEN: ['a GitHub token', 'a GitLab token', 'an npm token'],
  SERVICE_TOKEN: ['an OpenAI API key', 'a Slack token', 'a JSON Web Token'],
  URL_CREDENTIALS: ['a user name and password in a URL'],
};

/** A pattern finds the first line of a key only: masking it would leave the key. */
const PRIVATE_KEY: readonly CredentialKind[] = ['a private key'];

/** Entities that are secrets. */
const SECRET_ENTITIES = [GuardrailEntity.AWS_ACCESS_KEY, GuardrailEntity.AWS_SECRET_KEY, GuardrailEntity.PASSWORD];

/**
 * Numbers of a person or an account that belong in no review. Masked in what is published only: in what the agent reads,
 * a test fixture must stay what it is.
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
 * What a coding agent may be asked and may publish. Strengths are chosen so that technical language ("kill the child",
 * "master", "injection") is not enough; MISCONDUCT is weakest on the input, because alarms, findings and exploits under
 * repair describe misconduct. Reasons per choice: docs/guardrails.md.
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
    // JavaScript writes a slash as \/, which only its literals need.
    ({ pattern }) => pattern.source.replace(/\\\//g, '/'),
  );
  return GuardrailEntity.regex({ name, description: kinds.join(', '), pattern: patterns.join('|') });
}

/** The standard elements, each given one taking the place of the standard one of its name; new ones at the end. */
function replaced<T>(standard: readonly T[], given: readonly T[], nameOf: (element: T) => string): T[] {
  const names = given.map(nameOf);
  return [...standard.filter((element) => !names.includes(nameOf(element))), ...given];
}
