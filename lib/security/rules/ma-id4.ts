import { INFERENCE_ACTIONS } from '../../identity/perms';
import { agentRoles, namesService } from '../model/agents';
import { type IndexedRole, type PlacedStatement, placed, roles } from '../model/roles';
import { listAt } from '../model/json';
import { requiredValues } from '../policy/condition';
import { hasWildcard, speaksOf } from '../policy/match';
import { isLiteral } from '../template/reference-text';
import type { TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** AWS managed policies that allow inference with every model. */
const OPEN_POLICIES = /\/AmazonBedrockMantle(?:FullAccess|InferenceAccess)$/;

/** Every permission to call a model names the models. */
export const MA_ID4: SecurityRule = {
  id: 'MA-ID4',
  family: 'identity',
  severity: 'fatal',
  what: 'Every allow of bedrock-mantle:CreateInference has StringEquals bedrock-mantle:Model with literal model ids.',
  why: 'The condition is the only thing in IAM that limits the model: the action has no model-specific resource. An open one lets the agent be moved to a model nobody has approved.',
  fix: 'Add StringEquals bedrock-mantle:Model with the ids of the models, without wildcards, IfExists or values that are decided at deployment',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html',
  controls: { nist: ['AC-3', 'AC-6', 'CM-7'], iso: ['A.5.15', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  check: (index) => [
    ...allStatements(index).flatMap((statement) => judge(statement)),
    ...[...roles(index).values()].flatMap(openPolicies),
  ],
};

/** Statements of every identity of the app; a bare `*` counts on the roles of agents only, administrators have others. */
function allStatements(index: TemplateIndex): PlacedStatement[] {
  const ofAgents = new Set(agentRoles(index).all.flatMap(({ statements }) => statements));
  const everywhere = [...roles(index).values()].flatMap(({ statements }) => statements);
  const others = [
    ...index
      .ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::UserPolicy', 'AWS::IAM::GroupPolicy')
      .flatMap((policy) => placed(policy, policy.properties.PolicyDocument, 'Properties.PolicyDocument')),
    ...index
      .ofType('AWS::IAM::User', 'AWS::IAM::Group')
      .flatMap((identity) =>
        listAt(identity.properties, 'Policies').flatMap((policy) =>
          placed(identity, (policy as { PolicyDocument?: unknown }).PolicyDocument, 'Properties.Policies'),
        ),
      ),
  ];
  return [
    ...ofAgents,
    ...[...everywhere, ...others].filter(
      (statement) => !ofAgents.has(statement) && namesService(statement, 'bedrock-mantle'),
    ),
  ].filter(
    (statement) => statement.effect === 'Allow' && INFERENCE_ACTIONS.some((action) => speaksOf(statement, action)),
  );
}

function judge(statement: PlacedStatement): Finding[] {
  const models = requiredValues(statement, 'bedrock-mantle:Model');
  const { resource, location } = statement;
  if (!models) {
    return [
      {
        resource,
        location,
        detail: 'bedrock-mantle:CreateInference is allowed without StringEquals bedrock-mantle:Model',
      },
    ];
  }
  const open = models.filter((model) => hasWildcard(model) || !isLiteral(model));
  return open.length === 0
    ? []
    : [{ resource, location, detail: `bedrock-mantle:Model is not a literal model id: ${open.join(', ')}` }];
}

function openPolicies(role: IndexedRole): Finding[] {
  return role.outsidePolicies
    .filter((policy) => OPEN_POLICIES.test(policy) && role.resource)
    .map((policy) => ({
      resource: role.resource as NonNullable<IndexedRole['resource']>,
      location: 'Properties.ManagedPolicyArns',
      detail: `${policy} allows inference with every model`,
    }));
}
