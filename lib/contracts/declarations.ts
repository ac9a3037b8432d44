/**
 * The format of declarations in templates: decisions that the checks, the security statement and the review accept and show.
 *
 * A template holds a list of records under `Metadata.AgentDeclarations`. They apply to the whole template, or to the
 * resources in `within`. The `Metadata` attribute of a resource may have such a list, too; it applies to that resource.
 * Records in an unknown form are ignored, also those with a member that isn't listed here: it may have been meant as a limit.
 */

/** Key of the list, in the `Metadata` of a template and in that of a resource. */
export const DECLARATIONS_KEY = 'AgentDeclarations';

/**
 * A text that is resolved like a property of the same template: literal text or a CloudFormation function. A reference to
 * a resource of another stack of the app is written `${<stack>#<logical id>}` (`Ref`) or `${<stack>#<logical id>.<attribute>}`,
 * because an export only for a declaration would create a dependency between the stacks. `<stack>` is the construct
 * path of the stack; for a nested stack it is the one of its parent, `/` and the logical id of the nested stack.
 */
export type TemplateText = string | { readonly [intrinsic: string]: unknown };

/** The members of every kind of declaration. */
export interface DeclarationBase {
  /** The reason for the decision. */
  readonly reason: string;
  /** ISO 8601 time at which the declaration expires. Absent: it doesn't expire. */
  readonly expires?: string;
  /** Construct path of the subject of the declaration, for people. */
  readonly subject?: string;
  /** Logical ids of the resources of this template that the declaration applies to. Absent: all of them. */
  readonly within?: readonly string[];
}

/** A role may use an action that isn't on the list of the rules. Applies to policies and roles in its scope. */
export interface ActionDeclaration extends DeclarationBase {
  readonly kind: 'action';
  /** ARN of the role (or user). */
  readonly role: TemplateText;
  /** One action without wildcards. */
  readonly action: string;
  /** ARNs the action is used on. Absent: every resource, `*` included. */
  readonly resources?: readonly TemplateText[];
}

/**
 * Security groups and routes of a network may allow a peer. Applies to security groups, rules and routes in its scope.
 */
export interface EgressDeclaration extends DeclarationBase {
  readonly kind: 'egress';
  /** Id of the VPC. */
  readonly vpc: TemplateText;
  /** CIDR, id of a prefix list or id of a security group. */
  readonly peer: TemplateText;
  /** TCP port. */
  readonly port: number;
}

/** A principal outside the account may have access, whatever the conditions of a statement are. Never everybody (`*`). */
export interface PrincipalDeclaration extends DeclarationBase {
  readonly kind: 'principal';
  /** The principal element of a policy: `{ "AWS": ["arn:…"] }`. */
  readonly principal: { readonly [type: string]: readonly TemplateText[] };
}

/**
 * Something can't be read and was reviewed. The declaration names the part, so it applies wherever the part is used,
 * not only in its scope.
 */
export interface UnreadableDeclaration extends DeclarationBase {
  readonly kind: 'unreadable';
  /** The resources concerned. Absent or empty: the part isn't in the app, see `names`. */
  readonly parts?: readonly UnreadablePart[];
  /** ARNs, ids and names of the part in templates, if it isn't in the app. */
  readonly names?: readonly TemplateText[];
}

/** Resources of one stack. */
export interface UnreadablePart {
  /** Id of the stack, as in {@link TemplateText}. Absent: the stack of this template. */
  readonly stack?: string;
  /** Absent: the whole stack. */
  readonly logicalIds?: readonly string[];
}

/** No rule applies to this template and its nested stacks. */
export interface ExemptDeclaration extends DeclarationBase {
  readonly kind: 'exempt';
}

/** One entry of the list. */
export type DeclarationRecord =
  ActionDeclaration | EgressDeclaration | PrincipalDeclaration | UnreadableDeclaration | ExemptDeclaration;
