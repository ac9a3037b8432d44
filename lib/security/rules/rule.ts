/** The subject of a rule; a pack can be limited to some of them. */
export type Family =
  'identity' | 'network' | 'audit' | 'store' | 'encryption' | 'guardrail' | 'trigger' | 'image' | 'region' | 'cost';

/** What the rules may be told about an app. */
export interface CheckOptions {
  /** Managed policy that has to be the boundary of every role of an agent. */
  readonly permissionsBoundary?: string;
  /**
   * The time at which declarations have to hold.
   * @default - now
   */
  readonly now?: Date;
}

/** Controls of public catalogues that a rule helps to meet, where the relation is plain. */
export interface ControlMapping {
  /** NIST SP 800-53 revision 5. */
  readonly nist: readonly string[];
  /** ISO/IEC 27001:2022, Annex A. */
  readonly iso: readonly string[];
  /** SOC 2 trust services criteria. */
  readonly soc2: readonly string[];
}

/** What a rule of the security model says about itself. */
export interface RuleText {
  readonly id: string;
  readonly family: Family;
  /** `fatal` cannot be acknowledged; a `warning` fails nothing. */
  readonly severity: 'fatal' | 'error' | 'warning';
  /** What must hold. */
  readonly what: string;
  readonly why: string;
  /** The repair, as an imperative. */
  readonly fix: string;
  /** The AWS page behind the rule. */
  readonly page: string;
  readonly controls: ControlMapping;
}
