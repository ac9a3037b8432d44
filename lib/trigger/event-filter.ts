import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { InputError, requireInput } from '../validation/input-error';

type Members = Record<string, unknown>;

/**
 * The `detail` of a trigger's pattern, narrowed by the user's filter. A filter can only narrow: members that the
 * trigger itself filters on can't be replaced.
 */
export function narrowed(where: IConstruct, own: Members, filter: Members, path = 'filter'): Members {
  const result: Members = { ...own };
  for (const [member, narrower] of Object.entries(filter)) {
    const existing = own[member];
    if (existing === undefined) {
      result[member] = checkedFilter(where, narrower, `${path}.${member}`);
    } else if (isMembers(existing) && isMembers(narrower)) {
      result[member] = narrowed(where, existing, narrower, `${path}.${member}`);
    } else if (JSON.stringify(existing) !== JSON.stringify(narrower)) {
      throw new InputError(where, {
        input: `${path}.${member}`,
        value: narrower,
        allowed: 'members that the trigger does not filter on itself',
        fix: 'use the options of the trigger for this member, or AgentTrigger.onEvent with a pattern of your own',
      });
    }
  }
  return result;
}

/** The members of a pattern. `EventPattern` has no list of them at run time. */
const PATTERN_MEMBERS: readonly (keyof EventPattern)[] = [
  'account',
  'detail',
  'detailType',
  'id',
  'region',
  'resources',
  'source',
  'time',
  'version',
];

const OPTION = 'pass it in the third argument of the trigger, with the options';

/** What is meant by members that a pattern doesn't have. */
const FIXES = new Map(
  Object.entries({
    'detail-type': 'write detailType',
    bus: OPTION,
    deduplicationKey: OPTION,
    eventPattern: 'write its members directly: { source: […], detailType: […] }',
    pattern: 'write its members directly: { source: […], detailType: […] }',
    prompt: OPTION,
    sessionKey: OPTION,
    subject: OPTION,
  }),
);

/**
 * Refuses a pattern that would match every event of the bus, members that match nothing, and members that the rule would ignore, for
 * example `detail-type`: without them, more events would start turns.
 */
export function requireNarrowPattern(where: IConstruct, pattern: EventPattern): void {
  const members = Object.entries(pattern as Members).filter(([, value]) => value !== undefined);
  // Unknown members first: they say what is wrong with a pattern that has only such members.
  members.forEach(([member, value]) => {
    requireInput((PATTERN_MEMBERS as readonly string[]).includes(member), where, {
      input: `pattern.${member}`,
      value,
      allowed: `a pattern of ${PATTERN_MEMBERS.join(', ')}`,
      fix: FIXES.get(member) ?? 'write members of the event below detail, or leave it out',
    });
    checkedFilter(where, value, `pattern.${member}`);
  });
  requireInput(
    members.some(([member]) => ['source', 'detailType', 'resources', 'detail'].includes(member)),
    where,
    {
      input: 'pattern',
      value: pattern,
      allowed: 'a pattern that names at least one of source, detailType, resources and detail',
      fix: 'name what to wait for; a pattern without them matches every event of the bus, each of which starts a turn',
    },
  );
}

function checkedFilter(where: IConstruct, value: unknown, path: string): unknown {
  if (Token.isUnresolved(value)) {
    return value;
  }
  const empty = Array.isArray(value) ? value.length === 0 : !isMembers(value) || Object.keys(value).length === 0;
  requireInput(!empty, where, {
    input: path,
    value,
    allowed: 'a list of values with at least one element, or an object with at least one member',
    fix: "write every value in a list, for example ['main'], or leave the member out",
  });
  if (isMembers(value)) {
    Object.entries(value).forEach(([member, inner]) => checkedFilter(where, inner, `${path}.${member}`));
  }
  return value;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
