import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { FALSE, type Guard, TRUE } from '../model/guard';
import type { Place } from '../model/text';
import { scopeOf } from '../policy/named-resource';
import type { Statement } from '../policy/statement';
import { oneForEachFault, partOf, type Reported, withSame, worse } from './one-fault';
import type { RuleText, Severity } from './rule';

/** Something with a place in a template. */
export type Located = Place | Statement | Resource;

/** One place that breaks a rule. */
export interface Finding {
  readonly at: Located;
  /** What is wrong here: one sentence without its full stop. Never holds a value that may be a secret. */
  readonly says: string;
  /**
   * What it is about, when a place can be wrong for several: the id of the role that a policy is attached to.
   * @default - the resource of the place
   */
  readonly subject?: string;
  /**
   * `maybe`: it depends on what can't be read or on what the deployment decides. Never fatal.
   * @default 'yes'
   */
  readonly certainty?: 'yes' | 'maybe';
  /**
   * The most that the finding can be.
   * @default - the severity of the rule
   */
  readonly severity?: Severity;
  /**
   * When it is wrong. A finding that no deployment has isn't reported.
   * @default - whenever the place is deployed
   */
  readonly when?: Guard;
  /** Other places that it needs: the rest of a path. */
  readonly related?: readonly Located[];
  /** Names for programs: actions, ids of a path. */
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * The actions of a statement that it is about.
   * @default - those of `data`
   */
  readonly actions?: readonly string[];
  /** It is about patterns of actions or resources in a statement, which are the cause of what only they allow. */
  readonly isPattern?: boolean;
}

/** A place as plain data. */
export interface Location {
  /** Id of the stack. */
  readonly stack: string;
  /** Logical id of the resource, output or parameter; empty for a place that belongs to none. */
  readonly logicalId: string;
  readonly constructPath?: string;
  readonly templatePath?: string;
  /** `Properties.PolicyDocument.Statement[0]`. */
  readonly path: string;
}

/** A finding as plain data, for reports. */
export interface ReportedFinding {
  /** Id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence without its full stop, with the case in which it holds. */
  readonly says: string;
  readonly location: Location;
  readonly related: readonly Location[];
  readonly data: Readonly<Record<string, string | readonly string[]>>;
}

/** Collects findings: the cases and worlds of one place are one finding. */
export class Findings {
  private readonly merged = new Map<string, Merged>();

  public add(rule: RuleText, finding: Finding): void {
    const location = locationOf(finding.at);
    const certainty = finding.certainty ?? 'yes';
    const key = [rule.id, finding.subject ?? '', location.stack, location.logicalId, location.path, certainty].join(
      '\n',
    );
    const when = finding.when ?? guardOf(finding.at);
    const known = this.merged.get(key);
    const severity = cap(finding.severity ?? rule.severity, certainty);
    const isPattern = finding.isPattern === true;
    const isOfPattern = 'effect' in finding.at && !namesActions(finding.at, finding);
    if (!known) {
      const related = (finding.related ?? []).map(locationOf);
      const data = finding.data ?? {};
      const says = [finding.says];
      this.merged.set(key, { rule, severity, says, when, location, related, data, isPattern, isOfPattern });
      return;
    }
    known.isPattern ||= isPattern;
    known.isOfPattern &&= isOfPattern;
    known.when = known.when.or(when);
    if (!known.says.includes(finding.says)) {
      known.says.push(finding.says);
    }
    known.severity = worse(severity, known.severity);
  }

  /**
   * One place that breaks a rule in several ways is one cause, so it is one finding. So are two rules that report the same
   * cause.
   */
  public all(): ReportedFinding[] {
    const reported = new Map<string, Reported>();
    for (const { rule, says, when, ...found } of this.merged.values()) {
      const example = when.example();
      const ending = example === undefined ? '' : ` (when ${example})`;
      const sentences = says.map((each) => withinStack(each, found.location.stack));
      const finding = { ...found, rule: rule.id, sentences, ending };
      const key = `${rule.id}\n${partOf(finding)}`;
      const known = reported.get(key);
      reported.set(key, known ? withSame(known, finding) : finding);
    }
    return oneForEachFault([...reported.values()]).map(
      ({ sentences, ending, rule, severity, location, related, data }) => ({
        rule,
        severity,
        says: `${sentences.join('. ')}${ending}`,
        location,
        related,
        data,
      }),
    );
  }
}

/**
 * Whether a statement names one of the actions of a finding. A finding that is about none, such as a path, needs an action
 * and a resource by name.
 */
function namesActions({ actions: { except, patterns }, resources }: Statement, { data, actions }: Finding): boolean {
  const named = patterns
    .flatMap(({ value }) => literalOf(value)?.toLowerCase() ?? [])
    .filter((text) => !/[*?]/.test(text));
  const about = actions ?? [data?.actions ?? []].flat();
  if (except || named.length === 0) {
    return false;
  }
  return about.length === 0
    ? resources.except || resources.patterns.some(({ value }) => scopeOf(value) === 'one')
    : about.some((each) => named.includes(each.toLowerCase()));
}

/** References in the form of `Fn::Sub`. References to other stacks keep the name of the stack. */
function withinStack(says: string, stack: string): string {
  return says.replaceAll(`\${${stack}#`, '${').replace(/(\$\{[^{}]+)\.@name\}/g, '$1}');
}

interface Merged {
  readonly rule: RuleText;
  severity: Severity;
  readonly says: string[];
  when: Guard;
  readonly location: Location;
  readonly related: readonly Location[];
  readonly data: ReportedFinding['data'];
  /** Whether it is about patterns of actions or resources. */
  isPattern: boolean;
  /** Whether nothing but such patterns is the cause. */
  isOfPattern: boolean;
}

function cap(severity: Severity, certainty: 'yes' | 'maybe'): Severity {
  return certainty === 'maybe' && severity === 'fatal' ? 'error' : severity;
}

function guardOf(at: Located): Guard {
  const guard = 'guard' in at ? at.guard : (at.resource?.guard ?? TRUE);
  return guard === FALSE ? TRUE : guard;
}

/** The place of a statement, a resource or a place itself. */
export function placeOf(at: Located): Place {
  return 'properties' in at ? at.properties.place : 'place' in at ? at.place : at;
}

/** A place as plain data. */
export function locationOf(at: Located): Location {
  const { stack, resource, path } = placeOf(at);
  // Outside of resources the path begins with the section and a name: `Outputs.Key`.
  const logicalId = resource?.logicalId ?? /^\w+\.([^.[]+)/.exec(path)?.[1] ?? '';
  const constructPath = resource ? resource.constructPath : stack.constructPathOf(logicalId);
  return {
    stack: stack.id,
    logicalId,
    path,
    ...(constructPath === undefined ? {} : { constructPath }),
    ...(stack.templatePath === undefined ? {} : { templatePath: stack.templatePath }),
  };
}
