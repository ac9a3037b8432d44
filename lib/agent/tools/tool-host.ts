import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { actionRecord } from '../../declaration/records';
import { declare } from '../../declaration/write';
import { attachPolicy } from '../../identity/attach-policy';
import { acknowledgeIam5 } from '../../identity/acknowledge-iam5';
import type { AgentNetworkService, IAgentNetwork } from '../../network';
import type { SessionTool } from '../../contracts/session';

/** The agent that a tool is given to, as far as a tool needs it. */
export interface ToolHost {
  /** Policies of tools are made here. */
  readonly scope: Construct;
  readonly executionRole: IRole;
  readonly sessionRole: IRole;
  readonly network: IAgentNetwork;
  readonly workspaceDirectory: string;
}

/** What the execution role may do in another account. */
export interface DeclaredUse {
  readonly actions: readonly string[];
  /** All resources of the statement that allows it. */
  readonly resources: readonly string[];
  readonly reason: string;
}

/** A tool as one agent uses it: its server, what it may do, and the way to the services it calls. */
export interface ToolParts {
  readonly definition: SessionTool;
  /** For the role that the server, and every command of the agent, runs under. */
  readonly executionStatements?: PolicyStatement[];
  /** For the role that BMA itself works under. */
  readonly sessionStatements?: PolicyStatement[];
  readonly services?: AgentNetworkService[];
  /** Resources of other accounts that the app names, and the actions of the execution role on them. */
  readonly otherAccounts?: readonly DeclaredUse[];
  /** Why each wildcard resource of the statements is right, by the resource exactly as rendered. */
  readonly wildcards?: ReadonlyMap<string, string>;
}

/** Gives the parts to the agent: permissions on its roles and endpoints in its network. */
export function attachTool(host: ToolHost, label: string, parts: ToolParts): SessionTool {
  const { executionStatements = [], sessionStatements = [], services = [], wildcards = new Map() } = parts;
  const id = label.replace(/[^A-Za-z0-9-]/g, '-');
  for (const [role, purpose, statements, prefix] of [
    [host.executionRole, 'execution role', executionStatements, 'Tool'],
    [host.sessionRole, 'session role', sessionStatements, 'SessionTool'],
  ] as const) {
    if (statements.length === 0) continue;
    const policy = attachPolicy(host.scope, `${prefix}-${id}`, role, purpose, statements);
    if (policy) wildcards.forEach((reason: string, resource: string) => acknowledgeIam5(policy, resource, reason));
  }
  for (const { actions, resources, reason } of parts.otherAccounts ?? []) {
    const { scope, executionRole } = host;
    const recordOf = (action: string) =>
      actionRecord(executionRole, executionRole.roleArn, action, resources, { reason });
    declare(scope, ...actions.map(recordOf));
  }
  services.forEach((service) => host.network.addService(service));
  return parts.definition;
}
