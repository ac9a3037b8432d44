import type { Agent } from './agent';
import type { Identities, Identity } from './roles';

const CREATE = 'bedrock-mantle:CreateAgentSession';

/** The identities that may create sessions that run under the agent's session role. */
export function sessionStarters(agent: Agent, identities: Identities): Identity[] {
  return [...identities.able(CREATE).keys()].filter(
    (identity) => identity !== agent.sessionRole && mayStart(agent, identity, identities),
  );
}

function mayStart(agent: Agent, identity: Identity, identities: Identities): boolean {
  const role = agent.sessionRole?.item.name;
  return (
    role !== undefined &&
    identities.may(identity, CREATE, agent.project) &&
    identities.may(identity, 'iam:PassRole', `\${${role}}`)
  );
}
