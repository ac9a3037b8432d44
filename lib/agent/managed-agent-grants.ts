import { Effect, Grant, PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { MANTLE_SERVICE_PRINCIPAL } from '../facts/service-principals';
import {
  BEARER_TOKEN_ACTIONS,
  DEFINITION_FILE_ACTIONS,
  DEFINITION_PARAMETER_ACTIONS,
  PASS_ROLE_ACTIONS,
  SESSION_CANCEL_ACTIONS,
  SESSION_READ_ACTIONS,
  SESSION_START_ACTIONS,
} from '../identity/perms';
import { granted } from '../identity/granted';
import { definitionParameterArn } from './definition-parameter';
import type { IManagedAgent } from './managed-agent-base';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Permissions to drive the sessions of a managed agent directly, one method per intent. Permissions around turns are on
 * the workflow: `workflow.grants`.
 *
 * Session permissions are limited to the agent's project. IAM has no resource type for sessions, so only the session
 * role that a caller can pass distinguishes agents that share a project. A dedicated `AgentProject` would distinguish
 * them completely, if the service accepts it (see there).
 */
export class ManagedAgentGrants {
  static {
    checkInputsOf(this, 'ManagedAgentGrants');
  }

  /** Grants for this agent. */
  public static fromManagedAgent(agent: IManagedAgent): ManagedAgentGrants {
    return new ManagedAgentGrants(agent);
  }

  private constructor(private readonly agent: IManagedAgent) {}

  /**
   * The grantee may drive sessions directly, without the guardrail, the limits and the evidence of the workflow: create
   * sessions that run under the agent's session role, submit messages, follow them, and read the session definition.
   * Bearer tokens are denied to it.
   */
  public driveSessions(grantee: IGrantable): Grant {
    const definitionFile = this.agent.sessionDefinition.fileArn;
    const drive = this.sessionGrant(grantee, [...SESSION_START_ACTIONS, ...SESSION_READ_ACTIONS])
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: PASS_ROLE_ACTIONS,
          resourceArns: [this.agent.sessionRole.roleArn],
          conditions: { StringEquals: { 'iam:PassedToService': MANTLE_SERVICE_PRINCIPAL } },
        }),
      )
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: DEFINITION_PARAMETER_ACTIONS,
          resourceArns: [definitionParameterArn(this.agent, this.agent.sessionDefinition.parameterName)],
        }),
      )
      .combine(
        definitionFile === undefined
          ? Grant.drop(grantee, 'the file of an imported session definition is not known')
          : Grant.addToPrincipal({ grantee, actions: DEFINITION_FILE_ACTIONS, resourceArns: [definitionFile] }),
      );
    return this.granted('driveSessions', grantee, drive);
  }

  /** The grantee may read sessions: their state, live events and items. Bearer tokens are denied to it. */
  public readSessions(grantee: IGrantable): Grant {
    return this.granted('readSessions', grantee, this.sessionGrant(grantee, SESSION_READ_ACTIONS));
  }

  /**
   * The grantee may read sessions, cancel their turns and delete them. Bearer tokens are denied to it.
   *
   * A cancel is an input event that IAM cannot distinguish from a message: the grantee could also submit a message to
   * an existing session, but it can't create one.
   */
  public cancelSessions(grantee: IGrantable): Grant {
    const cancel = this.sessionGrant(grantee, [...SESSION_CANCEL_ACTIONS, ...SESSION_READ_ACTIONS]);
    return this.granted('cancelSessions', grantee, cancel);
  }

  private granted(method: string, grantee: IGrantable, grant: Grant): Grant {
    return granted(this.agent, `grants.${method}`, grantee, grant, { denials: [noBearerTokens()] });
  }

  private sessionGrant(grantee: IGrantable, actions: string[]): Grant {
    grantee.grantPrincipal.addToPrincipalPolicy(noBearerTokens());
    return Grant.addToPrincipal({
      grantee,
      actions: [...new Set(actions)],
      resourceArns: [this.agent.project.projectArn],
    });
  }
}

/** A denial is meant to cover everything. */
const noBearerTokens = () =>
  new PolicyStatement({ effect: Effect.DENY, actions: BEARER_TOKEN_ACTIONS, resources: ['*'] });
