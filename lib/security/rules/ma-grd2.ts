import { inAgentStacks } from '../model/agent-stacks';
import { at, listAt, textAt } from '../model/json';
import type { IndexedResource } from '../template-index';
import type { SecurityRule } from './rule';

const CONTENT = ['HATE', 'INSULTS', 'SEXUAL', 'VIOLENCE', 'MISCONDUCT'];
const SECRETS = ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'PASSWORD'];

/** The guardrail of an agent does what an agent needs. */
export const MA_GRD2: SecurityRule = {
  id: 'MA-GRD2',
  family: 'guardrail',
  severity: 'error',
  what: 'A guardrail beside an agent has the content filters, PROMPT_ATTACK on input, handling of personal data, and AWS keys and passwords blocked or masked.',
  why: 'Triggers pass in text of strangers, and what an agent answers is published: instructions in the one and secrets in the other are the two ways an agent is turned against its owner.',
  fix: 'Use AgentGuardrail.standard, or add the missing filter to the guardrail',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-components.html',
  controls: { nist: ['SI-3', 'SI-10', 'SI-15', 'PT-2'], iso: ['A.8.7', 'A.8.11', 'A.8.12'], soc2: ['CC6.8', 'P4.1'] },
  check: (index) =>
    inAgentStacks(index, 'AWS::Bedrock::Guardrail').flatMap((resource) =>
      judge(resource).map(([property, detail]) => ({ resource, location: `Properties.${property}`, detail })),
    ),
};

function judge({ properties }: IndexedResource): [string, string][] {
  const filters = new Map(
    listAt(properties, 'ContentPolicyConfig', 'FiltersConfig').map((filter) => [textAt(filter, 'Type'), filter]),
  );
  const missing = CONTENT.filter((type) => !isOn(filters.get(type), 'Input') || !isOn(filters.get(type), 'Output'));
  const entities = new Map(
    listAt(properties, 'SensitiveInformationPolicyConfig', 'PiiEntitiesConfig').map((entity) => [
      textAt(entity, 'Type'),
      entity,
    ]),
  );
  const openSecrets = SECRETS.filter((type) => !isHandled(entities.get(type)));
  const personal = [...entities].some(([type, entity]) => !SECRETS.includes(String(type)) && isHandled(entity));
  return [
    ...(missing.length > 0 ? [content(`the guardrail does not filter ${missing.join(', ')} in both directions`)] : []),
    ...(isOn(filters.get('PROMPT_ATTACK'), 'Input')
      ? []
      : [content('the guardrail does not look for prompt attacks in the input')]),
    ...(openSecrets.length > 0 ? [sensitive(`the guardrail lets ${openSecrets.join(', ')} out`)] : []),
    ...(personal ? [] : [sensitive('the guardrail handles no personal data')]),
  ];
}

function content(detail: string): [string, string] {
  return ['ContentPolicyConfig', detail];
}

function sensitive(detail: string): [string, string] {
  return ['SensitiveInformationPolicyConfig', detail];
}

/** A filter that has a strength, is not switched off and does not merely count. */
function isOn(filter: unknown, direction: 'Input' | 'Output'): boolean {
  const strength = textAt(filter, `${direction}Strength`);
  return (
    strength !== undefined &&
    strength !== 'NONE' &&
    at(filter, `${direction}Enabled`) !== false &&
    at(filter, `${direction}Action`) !== 'NONE'
  );
}

/** Blocked or masked in what an agent says. */
function isHandled(entity: unknown): boolean {
  const action = textAt(entity, 'OutputAction') ?? textAt(entity, 'Action');
  return action !== undefined && action !== 'NONE' && at(entity, 'OutputEnabled') !== false;
}
