import type { Acknowledgement } from '../model/read-acknowledgements';
import type { StackData } from '../model/read-stacks';
import { at } from '../model/json';
import type { CheckResult } from '../rules/check';
import type { Decision } from '../rules/decisions';
import type { Location, ReportedFinding } from '../rules/finding';
import { RULE_TEXTS } from '../rules/index';
import { type RuleText, SEVERITIES, type Severity } from '../rules/rule';
import { segmentsOf, TemplateLines } from './template-lines';

/** Version of the JSON form. */
const CHECK_FORMAT = 'cdk-bedrock-managed-agents/check/1';

/** The location of a finding, for people and programs. */
export interface CheckedPlace {
  /** The file as it was given, or below the directory that was given. */
  readonly file?: string;
  readonly line?: number;
  readonly stack: string;
  /** Empty for a place that belongs to no resource, output or parameter. */
  readonly logicalId: string;
  /** Type of the resource. */
  readonly type?: string;
  readonly constructPath?: string;
  /** `Properties.PolicyDocument.Statement[0]`. */
  readonly path: string;
}

/** One finding with all its details. */
export interface CheckedFinding extends CheckedPlace {
  readonly rule: string;
  readonly severity: Severity;
  /** The problem. */
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** The AWS page of the rule. */
  readonly page: string;
  readonly related: readonly CheckedPlace[];
  readonly data: ReportedFinding['data'];
  /** Set if the finding was acknowledged. */
  readonly acknowledged?: { readonly at: string; readonly reason: string };
}

/** The report of `bma check`: the JSON form, and the source of text and SARIF. */
export interface CheckReport {
  readonly format: typeof CHECK_FORMAT;
  /** Files of the templates. */
  readonly templates: readonly string[];
  /** False if no template has a part of an agent, so that nothing was checked. */
  readonly agents: boolean;
  /** Findings, worst first, including acknowledged ones. */
  readonly findings: readonly CheckedFinding[];
  readonly declarations: readonly Decision[];
}

/** Creates the report of a check. */
export function checkReport(
  stacks: readonly StackData[],
  { findings, decisions }: CheckResult,
  acknowledgements: readonly Acknowledgement[],
  agents: boolean,
): CheckReport {
  const lines = new TemplateLines();
  const places = new Places(stacks, lines);
  const texts = new Map(RULE_TEXTS.map((text) => [text.id, text]));
  return {
    format: CHECK_FORMAT,
    templates: stacks.flatMap(({ templatePath }) => templatePath ?? []),
    agents,
    findings: findings.map((each) => checked(each, texts.get(each.rule)!, places, acknowledgements)).sort(worstFirst),
    declarations: [...new Map(decisions.map((each) => [`${each.what}\n${each.reason}`, each])).values()],
  };
}

function checked(
  finding: ReportedFinding,
  { why, fix, page }: RuleText,
  places: Places,
  acknowledgements: readonly Acknowledgement[],
): CheckedFinding {
  const { rule, severity, says, location, related, data } = finding;
  const accepted = acknowledgementOf(finding, acknowledgements);
  return {
    rule,
    severity,
    what: `${says}.`,
    why,
    fix: `${fix}.`,
    page,
    ...places.of(location),
    related: related.map((each) => places.of(each)),
    data,
    ...(accepted ? { acknowledged: { at: accepted.scope, reason: accepted.reason } } : {}),
  };
}

function worstFirst(one: CheckedFinding, other: CheckedFinding): number {
  return (
    SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
    order(one.file, other.file) ||
    (one.line ?? 0) - (other.line ?? 0) ||
    order(one.rule, other.rule) ||
    order(one.path, other.path)
  );
}

function order(one = '', other = ''): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

class Places {
  private readonly byId: ReadonlyMap<string, StackData>;

  constructor(
    stacks: readonly StackData[],
    private readonly lines: TemplateLines,
  ) {
    this.byId = new Map(stacks.map((stack) => [stack.id, stack]));
  }

  public of({ stack, logicalId, constructPath, templatePath, path }: Location): CheckedPlace {
    const template = this.byId.get(stack)?.template;
    const type = at(template, 'Resources', logicalId, 'Type');
    // Outside of resources the path begins with the section.
    const isOfResource = type !== undefined && !/^(Outputs|Parameters|Conditions|Mappings)\./.test(path);
    const segments = [...(isOfResource ? ['Resources', logicalId] : []), ...segmentsOf(path)];
    return {
      ...(templatePath === undefined ? {} : { file: templatePath, line: this.lines.lineOf(templatePath, segments) }),
      stack,
      logicalId,
      ...(typeof type === 'string' ? { type } : {}),
      ...(constructPath === undefined ? {} : { constructPath }),
      path,
    };
  }
}

/** The pack's name, the first part of the ids of acknowledgements. Without it an id doesn't count. */
const PACK = 'ManagedAgentChecks';

/**
 * The acknowledgement that accepts a finding, the closest one: as the CDK decides it at synth. A fatal finding is never
 * accepted.
 */
function acknowledgementOf(
  { rule, severity, location }: ReportedFinding,
  all: readonly Acknowledgement[],
): Acknowledgement | undefined {
  if (severity === 'fatal') {
    return undefined;
  }
  const known = all.filter((each) => each.rule === `${PACK}::${rule}`);
  const places = known.length === 0 ? [] : [location.constructPath, `${location.stack}/${location.logicalId}`];
  for (const place of places) {
    for (const scope of place === undefined ? [] : scopesOf(place)) {
      const found = known.find((each) => each.scope === scope);
      if (found) {
        return found;
      }
    }
  }
  return undefined;
}

/** A construct path and the paths above it, closest first; the app has an empty one. */
function scopesOf(place: string): string[] {
  const names = place.split('/');
  return [...names.map((_, index) => names.slice(0, names.length - index).join('/')), ''];
}
