import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  EXECUTION_READ_ACTIONS,
  KEY_READ_ACTIONS,
  STACK_READ_ACTIONS,
  START_EXECUTION_ACTIONS,
} from '../identity/perms';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { AgentKillSwitch } from './agent-kill-switch';
import { granted } from '../identity/granted';
import { checkInputsOf } from '../validation/checked-inputs';
import { EXECUTIONS_WILDCARD, executionArns, STACK_WILDCARD, stackArns } from '../workflow/wildcard-arns';

/**
 * Permissions of a kill switch. Engaging and releasing are separate permissions, so a role can have only the first.
 *
 * @experimental
 */
export class AgentKillSwitchGrants {
  static {
    checkInputsOf(this, 'AgentKillSwitchGrants');
  }

  /** Grants for this kill switch. */
  public static fromAgentKillSwitch(killSwitch: AgentKillSwitch): AgentKillSwitchGrants {
    return new AgentKillSwitchGrants(killSwitch);
  }

  private constructor(private readonly killSwitch: AgentKillSwitch) {}

  /** The grantee may stop the agents, and follow the execution. */
  public engage(grantee: IGrantable): Grant {
    return this.start('engage', grantee, this.killSwitch.engageMachine);
  }

  /** The grantee may let the agents run again, and follow the execution. */
  public release(grantee: IGrantable): Grant {
    return this.start('release', grantee, this.killSwitch.releaseMachine);
  }

  private start(method: string, grantee: IGrantable, machine: IStateMachine): Grant {
    const executions = executionArns(this.killSwitch, machine.stateMachineArn);
    const stack = stackArns(this.killSwitch);
    const grant = Grant.addToPrincipal({
      grantee,
      actions: START_EXECUTION_ACTIONS,
      resourceArns: [machine.stateMachineArn],
    })
      .combine(Grant.addToPrincipal({ grantee, actions: EXECUTION_READ_ACTIONS, resourceArns: [executions] }))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: KEY_READ_ACTIONS,
          resourceArns: [this.killSwitch._encryptionKey.keyArn],
          conditions: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': machine.stateMachineArn } },
        }),
      )
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: STACK_READ_ACTIONS,
          // `bma` finds the kill switch by an output of its stack.
          resourceArns: [stack],
        }),
      );
    const wildcards = new Map([
      [executions, EXECUTIONS_WILDCARD],
      [stack, STACK_WILDCARD],
    ]);
    return granted(this.killSwitch, `grants.${method}`, grantee, grant, { wildcards });
  }
}
