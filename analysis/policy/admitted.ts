import { literalOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import type { Model } from '../model/model';
import { type Owner, ownAccounts } from '../model/own-accounts';
import type { Text } from '../model/text';
import { limitsOf } from './limits';
import { deliversOwnLogs } from './log-delivery';
import type { Condition, PrincipalKind, Statement } from './statement';

/** A principal outside of the accounts of the assembly that a resource policy statement allows. */
export interface Admitted {
  /** `unread`: decided at deployment. */
  readonly who: 'everybody' | 'another account' | 'somebody unknown' | 'unread';
  readonly kind: PrincipalKind;
  /** The principal, or the account or ARN that a condition names. `*` for everybody, also where a policy names who is left out. */
  readonly name: Text;
  readonly guard: Guard;
}

/**
 * The principals that a policy statement allows, other than AWS services (also by their accounts) and identities of the
 * accounts of the assembly. A condition counts only if it is known to refuse all others.
 *
 * @param statement of a resource policy; a denial allows no principal
 */
export function admitted(model: Model, statement: Statement): Admitted[] {
  const { principals, effect, guard } = statement;
  if (effect === 'Deny' || principals === 'attached') {
    return [];
  }
  const limits = limitedTo(model, statement);
  if (limits.isOwn) {
    return [];
  }
  const isOfOrganization = limits.isOrganization && !limits.others.some(({ who }) => who === 'another account');
  const others = limits.others.map((each) => ({ ...each, kind: 'AWS' as const, guard: guard.and(each.guard) }));
  return principals.flatMap(({ kind, except, name }): Admitted[] => {
    const both = guard.and(name.guard);
    const one = { kind, name: name.value, guard: both };
    const everybody = (): Admitted[] => (others.length > 0 ? others : [{ ...one, who: 'everybody', name: ['*'] }]);
    if (except || (literalOf(name.value) === '*' && kind !== 'Service')) {
      return isOfOrganization ? [] : everybody();
    }
    if (kind === 'Service') {
      return others.filter(({ who }) => who === 'another account');
    }
    if (kind === 'unknown') {
      return isOfOrganization ? [] : [{ ...one, who: 'unread' }];
    }
    const who = whoOf(kind === 'AWS' ? ownAccounts(model).of(name.value) : ownerOfOther(model, name.value));
    if (kind === 'AWS' && deliversOwnLogs(model, statement, name.value)) {
      return [];
    }
    // An account that is named is another account, also within an organization.
    return who.filter((each) => !isOfOrganization || each === 'another account').map((each) => ({ ...one, who: each }));
  });
}

function whoOf(owner: Owner): Admitted['who'][] {
  switch (owner) {
    case 'own':
    case 'aws':
      return [];
    case 'foreign':
      return ['another account'];
    case 'unread':
      return ['unread'];
    case 'unknown':
      return ['somebody unknown'];
  }
}

/** The owner of a user of an identity provider, or of a canonical id of an account: `own` if the assembly creates it. */
function ownerOfOther(model: Model, name: Text): Owner {
  const owner = ownAccounts(model).of(name);
  return owner === 'own' ? 'own' : owner === 'foreign' ? 'foreign' : owner === 'unread' ? 'unread' : 'unknown';
}

interface Limited {
  /** Whether a condition lets in only the owner. */
  readonly isOwn: boolean;
  /** Whether a condition lets in only an organization. */
  readonly isOrganization: boolean;
  /** The other accounts and principals that the conditions name. */
  readonly others: readonly Pick<Admitted, 'who' | 'name' | 'guard'>[];
}

/** A policy variable. */
const ACCOUNT_OF_THE_RESOURCE = '${aws:ResourceAccount}';

function limitedTo(model: Model, statement: Statement): Limited {
  const accounts = ownAccounts(model);
  const others: Pick<Admitted, 'who' | 'name' | 'guard'>[] = [];
  let isOrganization = false;
  for (const { kind, condition } of limitsOf(statement)) {
    if (kind === 'organization') {
      isOrganization = true;
      continue;
    }
    const owners = condition.values.map(({ value, guard }) => {
      const isOfResource = literalOf(value) === ACCOUNT_OF_THE_RESOURCE;
      const account = condition.key === 'aws:userid' ? accountOfUserId(value) : undefined;
      const owner = isOfResource ? 'own' : account ? accounts.ofAccount(account) : accounts.of(value);
      return { owner, name: value, guard };
    });
    if (kind === 'account' || kind === 'principal' || kind === 'source' || kind === 'network') {
      if (owners.every(({ owner }) => owner === 'own' || owner === 'aws')) {
        return { isOwn: true, isOrganization, others: [] };
      }
      owners.forEach(({ owner, name, guard }) => others.push(...whoOf(owner).map((who) => ({ who, name, guard }))));
    } else {
      owners
        .filter(({ owner }) => owner === 'foreign')
        .forEach(({ name, guard }) => others.push({ who: 'another account', name, guard }));
    }
  }
  // A condition on the calling service allows only AWS; a condition on access through a mount target allows only
  // callers in its VPC.
  const isService = statement.conditions.some(
    (condition) => statement.guard.implies(condition.guard) && isOfServices(condition),
  );
  return { isOwn: isService && !others.some(({ who }) => who === 'another account'), isOrganization, others };
}

/** The root user and federated users of an account have an id that begins with it. */
function accountOfUserId(id: Text): Text | undefined {
  const account = /^(\d{12})(?::|$)/.exec(literalOf(id) ?? '')?.[1];
  return account === undefined ? undefined : [account];
}

/** Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function isOfServices({ key, test, ifExists, set, values, unreadable }: Condition): boolean {
  if (ifExists || unreadable || values.length === 0) {
    return false;
  }
  switch (key) {
    case 'aws:principalservicename':
      return test === 'stringequals' && !set;
    case 'aws:principalservicenameslist':
      return test === 'stringequals' && set === 'any';
    case 'aws:principalisawsservice':
    case 'elasticfilesystem:accessedviamounttarget':
      return test === 'bool' && !set && values.every(({ value }) => isTrue(value));
    default:
      return false;
  }
}

const isTrue = (value: Text): boolean => literalOf(value)?.toLowerCase() === 'true';
