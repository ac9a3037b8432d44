import type { Resource } from '../model/assembly';
import { FALSE, type Guard, TRUE } from '../model/guard';
import type { Place } from '../model/text';
import type { Statement } from '../policy/statement';
import { type RuleText, SEVERITIES, type Severity } from './rule';

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
    if (!known) {
      const related = (finding.related ?? []).map(locationOf);
      this.merged.set(key, { rule, severity, says: [finding.says], when, location, related, data: finding.data ?? {} });
      return;
    }
    known.when = known.when.or(when);
    if (!known.says.includes(finding.says)) {
      known.says.push(finding.says);
    }
    known.severity = SEVERITIES.find((each) => each === severity || each === known.severity)!;
  }

  public all(): ReportedFinding[] {
    const reported = [...this.merged.values()].map(({ rule, severity, says, when, location, related, data }) => {
      const example = when.example();
      return {
        rule: rule.id,
        severity,
        says: `${says.map((each) => withinStack(each, location.stack)).join('. ')}${example === undefined ? '' : ` (when ${example})`}`,
        location,
        related,
        data,
      };
    });
    // A policy that is attached to several roles has the same sentence for each. It is shown once.
    const said = new Set<string>();
    return reported.filter(({ rule, severity, says, location: { stack, logicalId, path } }) => {
      const key = [rule, severity, says, stack, logicalId, path].join('\n');
      return !said.has(key) && said.add(key);
    });
  }
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
