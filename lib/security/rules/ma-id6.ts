import { agentRoles, allowing } from '../model/agents';
import { roleKey, roles, type PlacedStatement } from '../model/roles';
import { roleOfCompute, reach } from '../model/reach';
import { parseArn } from '../policy/arn';
import { requiredValues } from '../policy/condition';
import { hasWildcard } from '../policy/match';
import type { TemplateIndex } from '../template-index';
import type { SecurityRule } from './rule';

/** Handing a role on is limited to that role and that service. */
export const MA_ID6: SecurityRule = {
  id: 'MA-ID6',
  family: 'identity',
  severity: 'fatal',
  what: 'iam:PassRole names exact role ARNs and carries iam:PassedToService.',
  why: 'Who can pass any role to a service can act with the strongest role of the account.',
  fix: 'List the ARNs of the roles and require StringEquals iam:PassedToService with the service that gets them; agent.grants.driveSessions does so',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html',
  controls: { nist: ['AC-3', 'AC-6'], iso: ['A.5.15', 'A.8.2'], soc2: ['CC6.1', 'CC6.3'] },
  check: (index) =>
    passStatements(index).flatMap((statement) => {
      const { resource, location } = statement;
      return judge(statement).map((detail) => ({ resource, location, detail }));
    }),
};

/** What agents, clients and everything that reaches an agent may pass, and everybody's permission to pass an agent's role. */
function passStatements(index: TemplateIndex): PlacedStatement[] {
  const { all, session, execution } = agentRoles(index);
  const { reaching } = reach(index);
  const near = new Set([
    ...all,
    ...index.resources.filter(({ id }) => reaching.has(id)).flatMap((resource) => roleOfCompute(index, resource) ?? []),
  ]);
  const ofAgents = new Set([...session, ...execution].map(({ key }) => key));
  return [...roles(index).values()].flatMap((role) =>
    allowing(role, 'iam:PassRole').filter(
      (statement) => near.has(role) || statement.resources.some((resource) => ofAgents.has(roleKey(index, resource))),
    ),
  );
}

function judge(statement: PlacedStatement): string[] {
  if (statement.notActions.length > 0 || statement.notResources.length > 0) {
    return ['iam:PassRole is allowed by NotAction or NotResource'];
  }
  const open = statement.resources.filter((resource) => !isExactRole(resource));
  const services = requiredValues(statement, 'iam:PassedToService', ['StringEquals', 'StringLike']);
  return [
    ...(open.length > 0 ? [`iam:PassRole is allowed on ${open.join(', ')}`] : []),
    ...(services === undefined
      ? ['iam:PassRole is allowed without iam:PassedToService']
      : services.some(hasWildcard)
        ? ['iam:PassedToService has a wildcard']
        : []),
  ];
}

function isExactRole(resource: string): boolean {
  const arn = parseArn(resource);
  return (
    !hasWildcard(resource) &&
    (arn ? arn.service === 'iam' && arn.resource.startsWith('role/') : resource.startsWith('${'))
  );
}
