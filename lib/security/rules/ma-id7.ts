import { agentRoles, allowing } from '../model/agents';
import type { IndexedRole, PlacedStatement } from '../model/roles';
import { parseArn } from '../policy/arn';
import { ESCALATION_ACTIONS, SECRET_READING_ACTIONS } from '../policy/escalation-actions';
import { deniesEverywhere } from '../policy/deny';
import { hasWildcard } from '../policy/match';
import type { Finding, SecurityRule } from './rule';

/** The role untrusted commands run under cannot become more than it is. */
export const MA_ID7: SecurityRule = {
  id: 'MA-ID7',
  family: 'identity',
  severity: 'fatal',
  what: 'The execution role cannot escalate: no writing of identities or policies, no assuming of roles, no starting of sessions, no update of functions or code, no secret it was not given by ARN.',
  why: 'Commands in the environment are chosen by a model that reads untrusted text. Whatever the role can make of itself, a prompt can make of it.',
  fix: 'Remove the permission from the execution role. Let a function with its own role do the one thing, and give the agent secrets by their ARN',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-security.html',
  controls: { nist: ['AC-6', 'AC-6(1)', 'SC-3'], iso: ['A.8.2', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  check: (index) => agentRoles(index).execution.flatMap((role) => [...escalations(role), ...openSecrets(role)]),
};

function escalations(role: IndexedRole): Finding[] {
  const byStatement = new Map<PlacedStatement, string[]>();
  for (const action of ESCALATION_ACTIONS) {
    if (!deniesEverywhere(role.statements, action)) {
      for (const statement of allowing(role, action)) {
        byStatement.set(statement, [...(byStatement.get(statement) ?? []), action]);
      }
    }
  }
  return [...byStatement].map(([{ resource, location }, actions]) => ({
    resource,
    location,
    detail: `the execution role may call ${shorten(actions)}`,
  }));
}

function openSecrets(role: IndexedRole): Finding[] {
  const statements = SECRET_READING_ACTIONS.filter((action) => !deniesEverywhere(role.statements, action)).flatMap(
    (action) => allowing(role, action),
  );
  return [...new Set(statements)]
    .filter(({ resources, notResources }) => notResources.length > 0 || !resources.every(isOneSecret))
    .map(({ resource, location }) => ({
      resource,
      location,
      detail: 'the execution role may read secrets it was not given by ARN',
    }));
}

/** The ARN of a secret ends in six random characters, which is all that may stay open. */
function isOneSecret(resource: string): boolean {
  const secret = resource.replace(/-\?{6}$/, '');
  return !hasWildcard(secret) && (parseArn(secret)?.service === 'secretsmanager' || secret.startsWith('${'));
}

function shorten(actions: string[]): string {
  return actions.length > 4 ? `${actions.slice(0, 4).join(', ')} and ${actions.length - 4} more` : actions.join(', ');
}
