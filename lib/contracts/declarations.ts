/**
 * The format of declarations in templates: decisions that the checks, the security statement and the review accept and show.
 *
 * A template holds a list of records under `Metadata.AgentDeclarations`. They hold for the whole template, or for the
 * resources that `within` names. The `Metadata` attribute of a resource may hold such a list, too; it holds for that
 * resource. Records that a reader can't understand declare nothing.
 */

/** Key of the list, in the `Metadata` of a template and in that of a resource. */
export const DECLARATIONS_KEY = 'AgentDeclarations';

/**
 * A text that is resolved like a property of the same template: literal text or a CloudFormation function. A reference to
 * a resource of another stack of the app is written `${<stack>#<logical id>}` (`Ref`) or `${<stack>#<logical id>.<attribute>}`,
 * because an export only for a declaration would tie stacks together. `<stack>` is the construct path of the stack; for a
 * nested stack it is the one of its parent, `/` and the logical id of the nested stack.
 */
export type TemplateText = string | { readonly [intrinsic: string]: unknown };

/** What every kind of declaration says. */
export interface DeclarationBase {
  /** Why the decision is right. */
  readonly reason: string;
  /** ISO 8601 time from which the declaration no longer holds. Absent: it holds without end. */
  readonly expires?: string;
  /** Construct path of what the declaration is about, for people. */
  readonly subject?: string;
  /** Logical ids of the resources of this template that the declaration holds for. Absent: all of them. */
  readonly within?: readonly string[];
}

/** A role may use an action that isn't on the list of the rules. Holds for policies and roles in its scope. */
export interface ActionDeclaration extends DeclarationBase {
  readonly kind: 'action';
  /** ARN of the role (or user). */
  readonly role: TemplateText;
  /** One action without wildcards. */
  readonly action: string;
  /** ARNs the action is used on. Absent: every resource, `*` included. */
  readonly resources?: readonly TemplateText[];
}

/** Security groups and routes of a network may lead to a peer. Holds for security groups, rules and routes in its scope. */
export interface EgressDeclaration extends DeclarationBase {
  readonly kind: 'egress';
  /** Id of the VPC. */
  readonly vpc: TemplateText;
  /** CIDR, id of a prefix list or id of a security group. */
  readonly peer: TemplateText;
  /** TCP port. */
  readonly port: number;
}

/** A principal outside the account may be let in. */
export interface PrincipalDeclaration extends DeclarationBase {
  readonly kind: 'principal';
  /** The principal element of a policy: `{ "AWS": ["arn:…"] }`. */
  readonly principal: { readonly [type: string]: readonly TemplateText[] };
  /** Conditions that belong to the principal. */
  readonly conditions?: unknown;
}

/**
 * Something can't be read, and somebody has looked at it. It names the part, so it holds wherever the part is met, not only
 * in its scope.
 */
export interface UnreadableDeclaration extends DeclarationBase {
  readonly kind: 'unreadable';
  /** The resources concerned. Absent or empty: the part isn't in the app, see `names`. */
  readonly parts?: readonly UnreadablePart[];
  /** How templates name the part when it isn't in the app: ARNs, ids, names. */
  readonly names?: readonly TemplateText[];
}

/** Resources of one stack. */
export interface UnreadablePart {
  /** Id of the stack, as in {@link TemplateText}. Absent: the stack of this template. */
  readonly stack?: string;
  /** Absent: the whole stack. */
  readonly logicalIds?: readonly string[];
}

/** Nothing in this template and its nested stacks is judged. */
export interface ExemptDeclaration extends DeclarationBase {
  readonly kind: 'exempt';
}

/** One entry of the list. */
export type DeclarationRecord =
  ActionDeclaration | EgressDeclaration | PrincipalDeclaration | UnreadableDeclaration | ExemptDeclaration;
