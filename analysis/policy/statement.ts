import type { Resource } from '../model/assembly';
import type { Guard } from '../model/guard';
import type { Case, Place, Text, Unreadable } from '../model/text';

/** A statement of an IAM policy of any kind, with every short form written out. */
export interface Statement {
  /** `unknown` when it can't be read or isn't one of the two. Then the more dangerous one is assumed. */
  readonly effect: 'Allow' | 'Deny' | 'unknown';
  readonly actions: Selection;
  /** Everything if there is no `Resource`, as in trust policies: the statement is about what it is attached to. */
  readonly resources: Selection;
  /** `attached` in policies of identities: the principal is the identity that has the policy. */
  readonly principals: readonly Principal[] | 'attached';
  readonly conditions: readonly Condition[];
  /** When the statement is deployed. */
  readonly guard: Guard;
  /** Its position in the template. */
  readonly place: Place;
  readonly sid?: Text;
  /** The resource that has the policy. */
  readonly holder: Resource;
  /** The parts of it that can't be read. */
  readonly unreadable: readonly Unreadable[];
}

/** One possible value in a policy: canonical, so that names and ARNs can be compared. */
export interface Pattern extends Case<Text> {
  /** As it is written, if that is different. */
  readonly written?: Text;
}

/** A list of patterns, or everything except them. */
export interface Selection {
  readonly except: boolean;
  readonly patterns: readonly Pattern[];
}

export type PrincipalKind = 'AWS' | 'Service' | 'Federated' | 'CanonicalUser' | 'unknown';

/** One principal of a statement. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** True for `NotPrincipal`: everybody except this one. */
  readonly except: boolean;
  /** ARN, account, service, or `*`. */
  readonly name: Pattern;
}

/** A condition of a statement: one operator on one key. */
export interface Condition {
  /** As written: `ForAnyValue:StringLike`. */
  readonly operator: string;
  /** Without `ForAnyValue:`, `ForAllValues:` and `IfExists`, in lower case: `stringlike`. */
  readonly test: string;
  readonly set?: 'any' | 'all';
  readonly ifExists: boolean;
  /** In lower case: keys are compared without regard to case. */
  readonly key: string;
  /** As written, for messages. */
  readonly keyText: string;
  readonly values: readonly Pattern[];
  readonly guard: Guard;
  readonly place: Place;
  /** Set when the whole condition can't be read. */
  readonly unreadable?: Unreadable;
}

const byService = new WeakMap<readonly Statement[], Map<string, readonly Statement[]>>();

/** The policy statements that may apply to an action; most are for another service. */
export function aboutService(statements: readonly Statement[], action: string): readonly Statement[] {
  const service = action.slice(0, action.indexOf(':')).toLowerCase();
  let known = byService.get(statements);
  if (!known) {
    known = new Map();
    byService.set(statements, known);
  }
  let found = known.get(service);
  if (!found) {
    found = statements.filter(
      ({ actions: { except, patterns } }) => except || patterns.some(({ value }) => mayBeOf(value, service)),
    );
    known.set(service, found);
  }
  return found;
}

/** Whether a pattern of actions may match actions of a service, by its beginning. */
function mayBeOf(pattern: Text, service: string): boolean {
  const first = pattern[0];
  if (typeof first !== 'string') {
    return true;
  }
  const colon = first.indexOf(':');
  return (
    (colon === service.length && first.toLowerCase().startsWith(service)) ||
    !/^[a-z0-9-]+$/i.test(colon < 0 ? '' : first.slice(0, colon))
  );
}
