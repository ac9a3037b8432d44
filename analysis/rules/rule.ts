import type { Agent } from '../model/agents';
import type { TemplateModel } from '../model/template-model';
import type { Hole, Text, Unreadable } from '../model/text';
import type { Declared } from './declared';
import type { Finding, Located } from './finding';

/** The subject of a rule; a pack can be limited to some of them. */
export type Family =
  'identity' | 'network' | 'audit' | 'store' | 'encryption' | 'guardrail' | 'trigger' | 'image' | 'region' | 'cost';

/** Families in the order of the rules page. */
export const FAMILIES: readonly Family[] = [
  'identity',
  'network',
  'audit',
  'store',
  'encryption',
  'guardrail',
  'trigger',
  'image',
  'cost',
  'region',
];

/** Controls of public catalogs that a rule clearly helps to meet. */
export interface ControlMapping {
  /** NIST SP 800-53 revision 5. */
  readonly nist: readonly string[];
  /** ISO/IEC 27001:2022, Annex A. */
  readonly iso: readonly string[];
  /** SOC 2 trust services criteria. */
  readonly soc2: readonly string[];
}

/** `fatal` can't be acknowledged. `warning` fails nothing. */
export type Severity = 'fatal' | 'error' | 'warning';

/** Severities, the worst first. */
export const SEVERITIES: readonly Severity[] = ['fatal', 'error', 'warning'];

/** The texts of a rule, for the rules page, reports and SARIF. */
export interface RuleText {
  readonly id: string;
  readonly family: Family;
  readonly severity: Severity;
  /** What the rule is about: `execution role`. */
  readonly subject: string;
  /** What must hold. */
  readonly what: string;
  /** Why, in one or two sentences. Shown after the sentence of a finding. */
  readonly why: string;
  /** The repair, as an imperative without its full stop. */
  readonly fix: string;
  /** The AWS page behind the rule. */
  readonly page: string;
  readonly controls: ControlMapping;
}

/** Settings for the rules. */
export interface RuleOptions {
  /** Managed policy that has to be the boundary of every role of an agent. */
  readonly permissionsBoundary?: string;
  /**
   * The time at which declarations must be in force.
   * @default - now
   */
  readonly now?: Date;
}

/** The input of a rule. */
export interface RuleContext {
  readonly model: TemplateModel;
  readonly agents: readonly Agent[];
  /** The declarations of the app's owner. */
  readonly declared: Declared;
  readonly options: RuleOptions;
  /**
   * Notes values that a question found and that can't be read. After the rules, MA-READ1 reports each origin once,
   * unless it is declared. Values that can be read are ignored, so a rule may pass any text.
   *
   * @param subject id of the agent (or of another subject) that the question was about
   * @param at where it was found: the place of the finding if the origin isn't part of a resource (a parameter)
   */
  readonly unread: (subject: string, at: Located, ...met: readonly (Unreadable | Hole | Text | undefined)[]) => void;
}

/** A rule of the security model. It reads only the model, never JSON. */
export interface Rule extends RuleText {
  check(context: RuleContext): Iterable<Finding>;
}

/** Gives a literal the type of a rule, so that its generator needs no annotations. */
export function rule(definition: Rule): Rule {
  return definition;
}
