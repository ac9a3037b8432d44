import { MANTLE_SERVICE_PRINCIPAL } from '../../lib/facts/service-principals';
import type { AccountPolicies } from '../iam/account-policies';
import { OptionError } from '../options';

/** The calls that a turn consists of, and the actions that each needs. */
const CALLS = {
  create: ['bedrock-mantle:CreateAgentSession'],
  submit: ['bedrock-mantle:CreateAgentSessionEvent'],
  follow: [
    'bedrock-mantle:GetAgentSession',
    'bedrock-mantle:ListAgentSessionEvents',
    'bedrock-mantle:ListAgentSessionItems',
  ],
} as const;

/** Roles of the template by call, as ARNs. */
export type CallingRoles = Readonly<Record<keyof typeof CALLS, string>>;

/**
 * The roles of the template that may make the calls of a turn of an agent. In a TurnWorkflow, each function has only
 * its own permissions, so no single role may run a turn.
 *
 * @throws OptionError when no role may make a call
 */
export function callingRoles(policies: AccountPolicies, sessionRole: string): CallingRoles {
  const { partition, region, accountId } = policies.place;
  const project = `arn:${partition}:bedrock-mantle:${region}:${accountId}:project/default`;
  const role = (call: keyof typeof CALLS, more: (caller: string) => boolean = () => true): string => {
    const found = policies.roles.find(
      ({ arn }) =>
        CALLS[call].every((action) => policies.judge({ caller: arn, action, resource: project }).allowed) && more(arn),
    );
    if (found !== undefined) return found.arn;
    throw new OptionError(
      `No role of the template may call ${CALLS[call].join(', ')} for this agent. Fix: add a TurnWorkflow, or agent.grants.driveSessions(role).`,
    );
  };
  const context = { 'iam:PassedToService': MANTLE_SERVICE_PRINCIPAL };
  return {
    create: role('create', (caller) => {
      const request = { caller, action: 'iam:PassRole', resource: sessionRole, context };
      return policies.judge(request).allowed;
    }),
    submit: role('submit'),
    follow: role('follow'),
  };
}
