import type { IPeer } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import { type Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { TemplateText } from '../contracts/declarations';
import { actionRecord, egressRecord, unreadableRecord } from '../declaration/records';
import { templateText } from '../declaration/template-text';
import type { RecordFor } from '../declaration/write';
import type { IAgentNetwork } from '../network';
import { credentialKindIn } from '../validation/credential-like';
import { requireInput } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

/** Reason and expiry date of a declaration. */
export interface DeclarationOptions {
  /**
   * The reason for the decision, as a sentence for auditors. It is in the template, the validation report and the
   * security statement.
   */
  readonly reason: string;

  /**
   * When the declaration expires. After that, the finding is reported again.
   *
   * @default - no end
   */
  readonly expires?: Date;
}

/** Options of `Declaration.action`. */
export interface ActionDeclarationOptions extends DeclarationOptions {
  /**
   * ARNs of the resources the action is used on.
   *
   * @default - every resource, also `*`
   */
  readonly resources?: string[];
}

/** Options of `Declaration.egress`. */
export interface EgressDeclarationOptions extends DeclarationOptions {
  /**
   * TCP port, 1 to 65535.
   *
   * @default 443
   */
  readonly port?: number;
}

/**
 * A decision that the security checks accept and the security statement shows. It states a fact, with a reason and
 * optionally an expiry date. In contrast, `Validations.acknowledge` accepts a finding. See {@link Declarations}.
 */
export class Declaration {
  static {
    checkInputsOf(this, 'Declaration');
  }

  /**
   * A role of an agent may use an action that the rules would report.
   *
   * @param grantee the agent (its execution role), or the role
   * @param action one action without wildcards, for example `codeartifact:ListDomains`
   * @throws InputError for a pattern, a grantee that is neither a role nor a user, or an option that isn't valid
   */
  public static action(grantee: IGrantable, action: string, options: ActionDeclarationOptions): Declaration {
    const where = 'Declaration.action';
    const decision = decisionOf(where, options);
    requireInput(/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action), where, {
      input: 'action',
      value: action,
      allowed: 'one action without wildcards, for example codeartifact:ListDomains',
      fix: 'declare the actions one by one',
    });
    const { resources } = options;
    requireInput(resources === undefined || (resources.length > 0 && resources.every((each) => each !== '')), where, {
      input: 'resources',
      value: resources,
      allowed: 'at least one ARN, or nothing for every resource',
      fix: 'name the resources, or leave resources out',
    });
    const { principalJson } = grantee.grantPrincipal.policyFragment;
    const arns = Object.keys(principalJson).length === 1 ? (principalJson.AWS ?? []) : [];
    requireInput(arns.length === 1 && arns[0] !== '*', where, {
      input: 'grantee',
      value: Token.isUnresolved(principalJson) ? 'a principal' : principalJson,
      allowed: 'a managed agent, a role or a user',
      fix: 'pass the role that has the permission',
    });
    return new Declaration(actionRecord(grantee, arns[0], action, resources, decision));
  }

  /**
   * Agents of a network may connect to a peer.
   *
   * @param network the network of the agents
   * @param peer a CIDR, a prefix list or a security group
   * @throws InputError for a port out of range, or an option that isn't valid
   */
  public static egress(network: IAgentNetwork, peer: IPeer, options: EgressDeclarationOptions): Declaration {
    const where = 'Declaration.egress';
    const decision = decisionOf(where, options);
    const port = options.port ?? 443;
    requireInput(Number.isInteger(port) && port >= 1 && port <= 65535, where, {
      input: 'port',
      value: port,
      allowed: 'a TCP port from 1 to 65535',
      fix: 'name the port',
    });
    return new Declaration(egressRecord(network, peer, port, decision));
  }

  /**
   * Resource policies may allow a principal outside the account. A statement that a condition limits to an organization needs
   * no declaration.
   *
   * @param principal an account, a role, a service or an identity provider, without conditions
   * @throws InputError for every principal (`*`), a principal with conditions, or an option that isn't valid
   */
  public static principal(principal: IPrincipal, options: DeclarationOptions): Declaration {
    const where = 'Declaration.principal';
    const decision = decisionOf(where, options);
    const { principalJson, conditions } = principal.policyFragment;
    // The checks compare principals, not conditions, so such a record would accept statements without the conditions.
    requireInput(Object.keys(conditions).length === 0, where, {
      input: 'principal',
      value: conditions,
      allowed: 'a principal without conditions, which is accepted whatever the conditions of a statement are',
      fix: 'declare it without its conditions; a statement that is limited to an organization needs no declaration',
    });
    requireInput(!Object.values(principalJson).flat().includes('*'), where, {
      input: 'principal',
      value: '*',
      allowed: 'an account, a role, a service or an identity provider',
      fix: 'name who may be let in',
    });
    return new Declaration((stack) => ({
      kind: 'principal',
      principal: templateText<Record<string, TemplateText[]>>(stack, principalJson),
      ...decision,
    }));
  }

  /**
   * A construct that the checks can't read (a macro, an imported resource, a template included by URL) was reviewed. Resolves
   * MA-READ1 for this construct wherever it is used.
   *
   * @throws InputError for an option that isn't valid
   */
  public static unreadable(construct: IConstruct, options: DeclarationOptions): Declaration {
    return new Declaration(unreadableRecord(construct, decisionOf('Declaration.unreadable', options)));
  }

  /**
   * Drops all findings in a stack and its nested stacks, including fatal ones. Prefer a specific declaration, or acknowledge a
   * single rule.
   *
   * @throws InputError for an option that isn't valid
   */
  public static exempt(stack: Stack, options: DeclarationOptions): Declaration {
    const decision = decisionOf('Declaration.exempt', options);
    return new Declaration(
      (each) => (lineOf(each).includes(stack) ? { kind: 'exempt', subject: stack.node.path, ...decision } : undefined),
      stack,
    );
  }

  /** @internal */
  public readonly _record: RecordFor;

  /** @internal The stack that is exempt. */
  public readonly _exempt?: Stack;

  private constructor(record: RecordFor, exempt?: Stack) {
    this._record = record;
    this._exempt = exempt;
  }
}

function decisionOf(where: string, { reason, expires }: DeclarationOptions): { reason: string; expires?: string } {
  requireInput(typeof reason === 'string' && !Token.isUnresolved(reason) && reason.trim() !== '', where, {
    input: 'reason',
    value: reason,
    allowed: 'a sentence that an auditor can read',
    fix: 'say why the decision is right',
  });
  const kind = credentialKindIn(reason);
  requireInput(kind === undefined, where, {
    input: 'reason',
    allowed: `no credentials; this text contains what looks like ${kind}`,
    fix: 'remove it',
  });
  requireInput(expires === undefined || !Number.isNaN(expires.getTime()), where, {
    input: 'expires',
    value: 'Invalid Date',
    allowed: 'a valid date',
    fix: "write it as new Date('2027-06-30')",
  });
  return { reason: reason.trim(), ...(expires ? { expires: expires.toISOString() } : {}) };
}

/** A stack and the stacks it is nested in. */
function lineOf(stack: Stack): Stack[] {
  return stack.nestedStackParent ? [stack, ...lineOf(stack.nestedStackParent)] : [stack];
}
