import { RESOURCELESS_ACTIONS } from '../../identity/perms';
import { agentRoles } from '../model/agents';
import { declaredAction } from '../model/declared';
import type { IndexedRole, PlacedStatement } from '../model/roles';
import { isEveryAction, isEverything, parseArn } from '../policy/arn';
import { coversAction, hasWildcard } from '../policy/match';
import type { Finding, SecurityRule } from './rule';

/** Services in which "all of one type" means all agents of the account. */
const AGENT_SERVICES = ['bedrock-mantle', 'bedrock-agentcore'];

/** Least privilege on every role of an agent. */
export const MA_ID5: SecurityRule = {
  id: 'MA-ID5',
  family: 'identity',
  severity: 'fatal',
  what: 'The roles of an agent allow named actions on named resources: no "*", no "service:*", no NotAction or NotResource; Resource "*" only for actions that have no resource-level form.',
  why: 'A prompt-injected turn can do whatever its roles allow. What a role may do has to be readable from its policy and must not grow with the services AWS adds.',
  fix: 'Name the actions and the ARNs. Where an action has no resource-level form, declare it with Declaration.action',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html',
  controls: { nist: ['AC-3', 'AC-6'], iso: ['A.5.15', 'A.8.2', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  check: (index, options) =>
    agentRoles(index).all.flatMap((role) => [
      ...role.statements
        .filter(({ effect }) => effect === 'Allow')
        .flatMap((statement) => {
          const { resource, location } = statement;
          const declared = (action: string) =>
            declaredAction(index, { at: [resource, role.resource], role: role.key, action, resource: '*' }, options);
          return [...new Set(judge(statement, declared))].map((detail) => ({ resource, location, detail }));
        }),
      ...awsPolicies(role),
    ]),
};

function judge(statement: PlacedStatement, declared: (action: string) => boolean): string[] {
  if (statement.notActions.length > 0 || statement.notResources.length > 0) {
    return ['an allow statement uses NotAction or NotResource'];
  }
  const broad = statement.actions.filter(isEveryAction);
  if (broad.length > 0) {
    return [`the action ${broad.join(', ')} stands for a whole service`];
  }
  const everything = statement.resources.some(isEverything);
  const unlisted = statement.actions.filter((action) => !mayBeUnlimited(action) && !declared(action));
  const agents = statement.resources.filter(meansAllAgents);
  return [
    ...(everything && unlisted.length > 0 ? [`${unlisted.join(', ')} is allowed on every resource`] : []),
    ...agents
      .filter((resource) => !isEverything(resource))
      .map((resource) => `${resource} covers the agents of others`),
  ];
}

/** True for an action without a resource-level form. Patterns can grow beyond it. */
function mayBeUnlimited(action: string): boolean {
  return !hasWildcard(action) && Object.keys(RESOURCELESS_ACTIONS).some((listed) => coversAction(listed, action));
}

/** `project/*`, `runtime/*` and the like, or any Region. `runtime/name-*` is one Runtime whose id ends in random text. */
function meansAllAgents(resource: string): boolean {
  const arn = parseArn(resource);
  return (
    arn !== undefined &&
    AGENT_SERVICES.includes(arn.service) &&
    (hasWildcard(arn.region) || /^[a-z-]+[/:][*?]/.test(arn.resource) || /^[*?]/.test(arn.resource))
  );
}

/** Managed policies of AWS are broad and widened in place. */
function awsPolicies(role: IndexedRole): Finding[] {
  const { resource } = role;
  return resource
    ? role.outsidePolicies
        .filter((policy) => parseArn(policy)?.account === 'aws')
        .map((policy) => ({
          resource,
          location: 'Properties.ManagedPolicyArns',
          detail: `the managed policy ${policy} belongs to AWS, which can widen it`,
        }))
    : [];
}
