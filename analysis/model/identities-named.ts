import { patternKey } from '../policy/pattern';
import { nameIn, sessionRoleIn } from './arn-parts';
import type { Identity, IdentityKind } from './identities';
import type { Model } from './model';
import type { Text } from './text';

export const IDENTITY_TYPES = { role: 'AWS::IAM::Role', user: 'AWS::IAM::User', group: 'AWS::IAM::Group' } as const;

/** The identities that a text names: a reference, an ARN or, with a kind, a name. */
export function identitiesNamed<T extends Identity>(
  model: Model,
  byId: ReadonlyMap<string, T>,
  text: Text,
  kind?: IdentityKind,
): T[] {
  const canonical = model.canonical(text);
  const types = kind ? [IDENTITY_TYPES[kind]] : Object.values(IDENTITY_TYPES);
  const found = model.named(canonical, ...types).flatMap(({ resource }) => byId.get(resource.id) ?? []);
  if (found.length > 0) {
    return found;
  }
  const role = sessionRoleIn(canonical);
  if (role && kind !== 'user' && kind !== 'group') {
    return identitiesNamed(model, byId, role, 'role');
  }
  const name = nameIn(canonical);
  return (kind ? [kind] : (Object.keys(IDENTITY_TYPES) as IdentityKind[])).flatMap(
    (each) => byId.get(outsideId(each, name)) ?? [],
  );
}

/** Id of an identity that isn't in the assembly. */
export const outsideId = (kind: IdentityKind, name: Text): string => `${kind} ${patternKey(name)}`;
