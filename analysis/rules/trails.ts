import type { Resource, Stack } from '../model/assembly';
import { literalOf, textKey } from '../model/compose-text';
import type { TemplateModel } from '../model/template-model';
import type { Declared } from './declared';

/** The trails that record in the account of a stack. An account that is decided at deployment counts as the same. */
export function trailsFor(model: TemplateModel, { account }: Stack): readonly Resource[] {
  return model
    .ofType('AWS::CloudTrail::Trail')
    .filter(
      ({ stack }) =>
        textKey(stack.account) === textKey(account) ||
        literalOf(stack.account) === undefined ||
        literalOf(account) === undefined,
    );
}

/** Whether a trail of the account outside of the app is declared. */
export function hasImportedTrail(declared: Declared, { account }: Stack): boolean {
  const own = literalOf(account);
  return declared.all
    .filter(({ kind, inForce }) => kind === 'unreadable' && inForce)
    .flatMap(({ texts }) => texts.get('names') ?? [])
    .filter((name) => {
      const [, owner] = /^arn:[^:]*:cloudtrail:[^:]*:([^:]*):trail\//.exec(literalOf(name) ?? '') ?? [];
      return owner !== undefined && (own === undefined || owner === own);
    })
    .some((name) => declared.outside(name));
}
