import { GetGuardrailCommand, paginateListGuardrails } from '@aws-sdk/client-bedrock';
import { type AccountReader, property, values } from './comparison';

/** Properties of `AWS::Bedrock::Guardrail` with the policy, and their names in GetGuardrail. */
const PARTS = {
  TopicPolicyConfig: 'topicPolicy',
  ContentPolicyConfig: 'contentPolicy',
  WordPolicyConfig: 'wordPolicy',
  SensitiveInformationPolicyConfig: 'sensitiveInformationPolicy',
  ContextualGroundingPolicyConfig: 'contextualGroundingPolicy',
} as const;

/** Guardrails: the newest version of the template, which agents use, and the working draft. */
export const GUARDRAIL_READER: AccountReader = {
  types: ['AWS::Bedrock::Guardrail'],
  alongside: ['AWS::Bedrock::GuardrailVersion'],
  permissions: ['bedrock:GetGuardrail', 'bedrock:ListGuardrails'],
  async read(guardrail, { model, clients: { bedrock }, physicalId }) {
    const guardrailIdentifier = physicalId(guardrail)!;
    const id = guardrailIdentifier.split('/').pop();
    const versions: { version?: string; description?: string }[] = [];
    for await (const { guardrails = [] } of paginateListGuardrails({ client: bedrock }, { guardrailIdentifier })) {
      versions.push(...guardrails);
    }
    const expectedVersions = model
      .ofType('AWS::Bedrock::GuardrailVersion')
      .filter((each) => [id, guardrailIdentifier].includes(String(property(each, 'GuardrailIdentifier'))));
    const compared = expectedVersions.map((each) => {
      const description = property(each, 'Description');
      return {
        description,
        version: versions.find((one) => one.version !== 'DRAFT' && one.description === description)?.version,
      };
    });
    const found = await Promise.all(
      ['DRAFT', ...compared.flatMap(({ version }) => version ?? [])].map(async (guardrailVersion) =>
        bedrock.send(new GetGuardrailCommand({ guardrailIdentifier, guardrailVersion })),
      ),
    );
    return [
      ...compared.map(({ description, version }) =>
        values(
          guardrail,
          `version with description '${String(description)}'`,
          'present',
          version === undefined ? 'missing' : 'present',
        ),
      ),
      ...found.flatMap((deployed) => [
        ...Object.entries(PARTS).map(([name, member]) =>
          values(
            guardrail,
            `${member} of version ${deployed.version}`,
            withoutDefaults(ofTemplate(property(guardrail, name))),
            withoutDefaults(deployed[member as 'wordPolicy']),
          ),
        ),
        values(guardrail, `key of version ${deployed.version}`, property(guardrail, 'KmsKeyArn'), deployed.kmsKeyArn),
      ]),
    ];
  },
};

/** `FiltersConfig` of a template is `filters` in an answer, `ContentFiltersTierConfig` is `tier`. */
function ofTemplate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ofTemplate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const short = name.endsWith('TierConfig') ? 'tier' : name.replace(/Config$/, '');
      return [short[0].toLowerCase() + short.slice(1), ofTemplate(member)];
    }),
  );
}

/**
 * The defaults of the service for omitted properties. Source: Bedrock API Reference, GuardrailContentFilter and others.
 */
const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  inputEnabled: [true],
  outputEnabled: [true],
  inputAction: ['BLOCK'],
  outputAction: ['BLOCK'],
  inputModalities: ['["TEXT"]'],
  outputModalities: ['["TEXT"]'],
  examples: ['[]'],
  tierName: ['CLASSIC'],
};

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const isDefault = DEFAULTS[name]?.includes(typeof member === 'object' ? JSON.stringify(member) : member);
    const left: unknown = isDefault ? undefined : withoutDefaults(member);
    return left === undefined ? [] : [[name, left]];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
