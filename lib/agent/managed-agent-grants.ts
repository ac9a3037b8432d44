import { Effect, Grant, PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  BEARER_TOKEN_ACTIONS,
  DEFINITION_FILE_ACTIONS,
  DEFINITION_PARAMETER_ACTIONS,
  MANTLE_SERVICE_PRINCIPAL,
  PASS_ROLE_ACTIONS,
  SESSION_CANCEL_ACTIONS,
  SESSION_READ_ACTIONS,
  SESSION_START_ACTIONS,
} from '../identity/perms';
import { InputError } from '../validation/input-error';
import type { ITurnWorkflow } from './turn-workflow-ref';
import type { IManagedAgent } from './managed-agent-base';

/**
 * Permissions to drive a managed agent from outside, one method per intent.
 *
 * Session permissions end at the agent's project: sessions are no resource of their own in IAM, so agents that share a
 * project are told apart only by the session role that a caller may pass. A dedicated `AgentProject` would tell
 * them apart completely, if the service takes it (see there).
 */
export class ManagedAgentGrants {
  /** Grants for this agent. */
  public static fromManagedAgent(agent: IManagedAgent): ManagedAgentGrants {
    return new ManagedAgentGrants(agent);
  }

  private constructor(private readonly agent: IManagedAgent) {}

  /**
   * The grantee may start turns on the workflow of the agent: each screened, bounded, evidenced and run once. It reaches
   * no session itself.
   *
   * @throws InputError when the agent has no workflow.
   */
  public startTurns(grantee: IGrantable): Grant {
    return this.workflow('startTurns').grantStart(grantee);
  }

  /**
   * The grantee may drive sessions itself, past the workflow with its guardrail, its bounds and its evidence: create
   * sessions that run under the agent's session role, submit messages, follow them, and read the session definition.
   * Bearer tokens are denied to it.
   */
  public driveSessions(grantee: IGrantable): Grant {
    const definitionFile = this.agent.sessionDefinitionFileArn;
    return this.sessionGrant(grantee, [...SESSION_START_ACTIONS, ...SESSION_READ_ACTIONS])
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
          resourceArns: [this.agent.sessionDefinitionParameterArn],
        }),
      )
      .combine(
        definitionFile === undefined
          ? Grant.drop(grantee, 'the file of an imported session definition is not known')
          : Grant.addToPrincipal({ grantee, actions: DEFINITION_FILE_ACTIONS, resourceArns: [definitionFile] }),
      );
  }

  /** The grantee may follow turns: sessions, live events and items. Bearer tokens are denied to it. */
  public readTurns(grantee: IGrantable): Grant {
    return this.sessionGrant(grantee, SESSION_READ_ACTIONS);
  }

  /**
   * The grantee may follow and cancel turns and delete sessions. Bearer tokens are denied to it.
   *
   * A cancel is an input event that IAM cannot tell from a message: the grantee could also submit a message to a
   * session that exists, but it cannot create one.
   */
  public cancelTurns(grantee: IGrantable): Grant {
    return this.sessionGrant(grantee, [...SESSION_CANCEL_ACTIONS, ...SESSION_READ_ACTIONS]);
  }

  /**
   * The grantee may approve and deny turns that wait for it. Who answered is recorded.
   *
   * @throws InputError when the agent has no workflow, or its workflow no approval step.
   */
  public approveTurns(grantee: IGrantable): Grant {
    return this.workflow('approveTurns').grantApprove(grantee);
  }

  private workflow(grant: string): ITurnWorkflow {
    const { workflow } = this.agent;
    if (!workflow) {
      throw new InputError(this.agent, {
        input: `grants.${grant}`,
        allowed: 'an agent with a workflow, which is what runs its turns',
        fix: "create it first: new TurnWorkflow(this, 'Turns', { agent, guardrail }), or grant sessions with grants.driveSessions",
      });
    }
    return workflow;
  }

  private sessionGrant(grantee: IGrantable, actions: string[]): Grant {
    grantee.grantPrincipal.addToPrincipalPolicy(
      // A denial is meant to cover everything.
      new PolicyStatement({ effect: Effect.DENY, actions: BEARER_TOKEN_ACTIONS, resources: ['*'] }),
    );
    return Grant.addToPrincipal({
      grantee,
      actions: [...new Set(actions)],
      resourceArns: [this.agent.project.projectArn],
    });
  }
}
