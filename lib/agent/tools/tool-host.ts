import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { actionRecord } from '../../declaration/records';
import { declare } from '../../declaration/write';
import { attachPolicy } from '../../identity/attach-policy';
import { acknowledgeIam5 } from '../../identity/acknowledge-iam5';
import type { AgentNetworkService, IAgentNetwork } from '../../network';
import type { SessionTool } from '../../contracts/session';

/** The members of an agent that a tool needs. */
export interface ToolHost {
  /** The scope in which policies of tools are created. */
  readonly scope: Construct;
  readonly executionRole: IRole;
  readonly sessionRole: IRole;
  readonly network: IAgentNetwork;
  readonly workspaceDirectory: string;
}

/** A permission of the execution role in another account. */
export interface DeclaredUse {
  readonly actions: readonly string[];
  /** All resources of the statement that allows it. */
  readonly resources: readonly string[];
  readonly reason: string;
}

/** A tool of one agent: its server, its permissions, and the endpoints that it needs. */
export interface ToolParts {
  readonly definition: SessionTool;
  /** Policy statements for the role that the server, and every command of the agent, runs under. */
  readonly executionStatements?: PolicyStatement[];
  /** Policy statements for the role that BMA assumes. */
  readonly sessionStatements?: PolicyStatement[];
  readonly services?: AgentNetworkService[];
  /** Resources of other accounts that the app names, and the actions of the execution role on them. */
  readonly otherAccounts?: readonly DeclaredUse[];
  /** The reason for each wildcard resource of the policy statements, by the resource exactly as rendered. */
  readonly wildcards?: ReadonlyMap<string, string>;
}

/** Adds the permissions to the agent's roles and the endpoints to its network. */
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
