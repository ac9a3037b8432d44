import * as perms from '../../lib/identity/perms';
import { classify, type ActionClass } from '../facts/action-classes';
import { actionOf } from '../facts/actions';
import { reasonForAnyResource } from '../facts/no-resource';
import type { Identity } from '../model/identities';
import { FALSE } from '../model/guard';
import { type KnownActions, type Use, usesOf } from '../policy/actions';
import { isEverything } from '../policy/condition';
import { knownText } from '../policy/operators';
import { subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { remembered } from '../model/remembered';

/** Patterns of actions for a whole service or for all services. They also allow the actions that AWS adds later. */
export function wholeServices({ actions }: Statement): KnownActions[] {
  return knownActions(actions).filter(({ text }) => isWholeService(text));
}

function knownActions({ patterns }: Statement['actions']): KnownActions[] {
  return patterns.flatMap((pattern) => {
    const text = knownText(pattern.value);
    return text === undefined ? [] : [{ text, pattern }];
  });
}

function isWholeService(action: string): boolean {
  const colon = action.indexOf(':');
  const [service, name] = colon < 0 ? [action, '*'] : [action.slice(0, colon), action.slice(colon + 1)];
  return /[*?]/.test(service) || /^[*?]*\*[*?]*$/.test(name);
}

const usesByStatement = new WeakMap<Statement, readonly Use[]>();

/** The actions that a statement allows, without patterns for whole services. Many rules ask for them. */
export function namedUses(statement: Statement): readonly Use[] {
  return remembered(usesByStatement, statement, () => readNamedUses(statement));
}

function readNamedUses(statement: Statement): Use[] {
  return statement.actions.except
    ? []
    : knownActions(statement.actions)
        .filter(({ text }) => !isWholeService(text))
        .flatMap((actions) => usesOf(statement, actions));
}

/** Patterns with a wildcard that no grant of AWS CDK writes. */
export function unusualPatterns({ actions }: Statement): string[] {
  return actions.except
    ? []
    : knownActions(actions)
        .map(({ text }) => text)
        .filter((text) => /[*?]/.test(text) && !isWholeService(text))
        .filter((text) => !classify(text).some(({ action }) => action === text));
}

/** Whether an unconditional denial refuses an action on everything. */
export function isDenied({ statements }: Identity, action: string, use?: Use): boolean {
  let denied = FALSE;
  for (const { effect, actions, resources, conditions, guard } of statements) {
    const covers =
      effect === 'Deny' &&
      conditions.length === 0 &&
      !actions.except &&
      actions.patterns.some(({ value }) => subset([action], value, { ignoreCase: true }) === 'yes') &&
      (resources.except
        ? resources.patterns.length === 0
        : resources.patterns.some(({ value }) => isEverything(value)));
    if (covers) {
      denied = denied.or(guard);
    }
  }
  return denied !== FALSE && (use?.guard ?? denied).implies(denied);
}

/** Why an action of a role needs `Resource: "*"`; undefined if it doesn't. */
export function reasonForEverything(action: string, identity: Identity, isExecution: boolean): string | undefined {
  const inVpc = identity.runs.some(
    ({ resource }) => resource.type === 'AWS::Lambda::Function' && resource.properties.at('VpcConfig').length > 0,
  );
  const reason = reasonForAnyResource(action, inVpc ? 'function in a VPC' : 'other');
  if (reason !== undefined) {
    return reason;
  }
  const name = actionOf(action)?.action ?? action;
  return isExecution || !Object.hasOwn(perms.RESOURCELESS_ACTIONS, name) ? undefined : perms.RESOURCELESS_ACTIONS[name];
}

/** Every action that this library grants to the roles around an agent. */
const LIBRARY_ACTIONS: ReadonlySet<string> = new Set(
  Object.entries(perms)
    .filter(([name]) => !/^(?:BEARER_TOKEN|EXECUTION_ROLE_DENIED|RESOURCELESS)/.test(name))
    .flatMap(([, value]): unknown[] =>
      Array.isArray(value) ? (value as unknown[]) : typeof value === 'object' ? Object.values(value).flat() : [],
    )
    .filter((action): action is string => typeof action === 'string' && action.includes(':'))
    .map((action) => action.toLowerCase()),
);

const ATTACHING: ReadonlySet<string> = new Set(perms.DENY_ATTACH_ACTIONS.map((action) => action.toLowerCase()));

/** Whether this library grants an action to roles that start or run turns; policies are attached by name only. */
export function isOfLibrary(action: string, { conditions }: Statement): boolean {
  return (
    LIBRARY_ACTIONS.has(action.toLowerCase()) &&
    (!ATTACHING.has(action.toLowerCase()) ||
      conditions.some(
        ({ key, test, ifExists, set }) =>
          key === 'iam:policyarn' && /equals$/.test(test) && !test.includes('not') && !ifExists && set !== 'all',
      ))
  );
}

const INTENTS = {
  execution: new Set(perms.MANTLE_ENVIRONMENT_ACTIONS.map((action) => action.toLowerCase())),
  session: new Set(
    [...perms.INFERENCE_ACTIONS, ...perms.RUNTIME_DRIVE_ACTIONS, ...perms.GATEWAY_INVOKE_ACTIONS].map((action) =>
      action.toLowerCase(),
    ),
  ),
};

/** Whether an action is the purpose of a role of this kind. */
export function isIntent(kind: keyof typeof INTENTS, action: string): boolean {
  return INTENTS[kind].has(action.toLowerCase());
}

/** Names of actions for a message: at most four. */
export function listed(actions: readonly string[]): string {
  const names = [...new Set(actions)];
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}

export type { ActionClass };
