import type { IConstruct } from 'constructs';
import { declare } from '../declaration/write';
import { requireInput } from '../validation/input-error';
import type { Declaration } from './declaration';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * The declarations of a scope. They apply to the scope and everything below it.
 *
 * ```ts
 * import * as ec2 from 'aws-cdk-lib/aws-ec2';
 * import { Stack } from 'aws-cdk-lib/core';
 * import { AgentNetwork, Declaration, Declarations, ManagedAgent } from 'cdk-bedrock-managed-agents';
 *
 * declare const stack: Stack;
 * declare const agent: ManagedAgent;
 * declare const network: AgentNetwork;
 * Declarations.of(stack).add(
 *   Declaration.action(agent, 'codeartifact:ListDomains', { reason: 'No resource-level permissions' }),
 *   Declaration.egress(network, ec2.Peer.ipv4('10.20.0.0/16'), {
 *     reason: 'Mirror of npm',
 *     expires: new Date('2027-06-30'),
 *   }),
 * );
 * ```
 *
 * They are written to the `Metadata` of the templates at synth (`AgentDeclarations`), so every program that reads the
 * finished assembly uses the same decisions as the checks at synth. Imports of this library (`AgentNetwork.fromVpc`,
 * existing roles and trails) add their declarations themselves.
 */
export class Declarations {
  static {
    checkInputsOf(this, 'Declarations');
  }

  /** The declarations of an App, a Stage, a Stack or any other construct. */
  public static of(scope: IConstruct): Declarations {
    return new Declarations(scope);
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Adds declarations.
   *
   * @throws InputError when an exempt stack isn't in the scope
   */
  public add(...declarations: Declaration[]): void {
    for (const { _exempt: stack } of declarations) {
      requireInput(stack === undefined || stack.node.scopes.includes(this.scope), this.scope, {
        input: 'stack',
        value: stack?.node.path,
        allowed: 'a stack at or below the scope of the declarations',
        fix: 'call Declarations.of(stack) with the stack itself',
      });
    }
    declare(this.scope, ...declarations.map(({ _record }) => _record));
  }
}
