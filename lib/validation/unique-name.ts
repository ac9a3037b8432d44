import { Stack, Stage, Token, TokenComparison } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from './refused-input';

/** A name that must be unique in an account and Region. */
interface GivenName {
  readonly owner: IConstruct;
  readonly input: string;
  readonly name: string;
}

const namesOfApp = new WeakMap<IConstruct, GivenName[]>();

/**
 * Adds an error at synthesis if an earlier construct has the same name in the same account and Region.
 *
 * @throws InputError for a name that is known only at deployment
 */
export function requireUniqueName(owner: IConstruct, input: string, name: string): void {
  requireInput(!Token.isUnresolved(name), owner, {
    input,
    value: 'a value that only the deployment knows',
    allowed: 'a name that is known at synth, so that no other construct takes it',
    fix: `write the name, or leave ${input} out for a unique one`,
  });
  const root = owner.node.root;
  const names = namesOfApp.get(root) ?? [];
  namesOfApp.set(root, names);
  owner.node.addValidation({
    validate: () =>
      names
        .filter((other) => other.input === input && other.name === name && other.owner.node.path < owner.node.path)
        .filter((other) => isSamePlace(owner, other.owner))
        .slice(0, 1)
        .map(
          (other) =>
            `${input} '${name}' is not accepted, because ${other.owner.node.path} has this name in the same ` +
            `account and Region. Allowed: every name once. Fix: choose another ${input}, or leave it out.`,
        ),
  });
  names.push({ owner, input, name });
}

/** Stacks of one Stage without an environment are deployed to the same one; of two Stages, that is not known. */
function isSamePlace(one: IConstruct, other: IConstruct): boolean {
  const [here, there] = [Stack.of(one), Stack.of(other)];
  return (['account', 'region'] as const).every((part) => {
    const compared = Token.compareStrings(here[part], there[part]);
    return (
      compared === TokenComparison.SAME ||
      (compared === TokenComparison.BOTH_UNRESOLVED && Stage.of(one) === Stage.of(other))
    );
  });
}
