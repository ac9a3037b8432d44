import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { DEVELOPMENT_MODE_KEY } from '../contracts/development';

/** Scopes in which development mode is enabled. */
const ENABLED = new WeakSet<IConstruct>();

/** The first construct of this library at or below each scope that checked the mode. */
const FIRST_ASKED = new WeakMap<IConstruct, string>();

/**
 * Whether a construct is created in development mode. The check is remembered, because the mode can't be enabled after
 * a construct was created without it.
 *
 * @param construct the construct, or its parent if the construct can't be passed yet
 * @param path of the construct, for the error text
 */
export function isDevelopment(construct: IConstruct, path = construct.node.path): boolean {
  const { scopes } = construct.node;
  scopes.filter((scope) => !FIRST_ASKED.has(scope)).forEach((scope) => FIRST_ASKED.set(scope, path));
  if (!scopes.some((scope) => ENABLED.has(scope))) {
    return false;
  }
  Stack.of(construct).addMetadata(DEVELOPMENT_MODE_KEY, { enabled: true });
  return true;
}

/** Path of the first construct of this library at or below a scope; undefined when there is none. */
export function firstConstructIn(scope: IConstruct): string | undefined {
  return FIRST_ASKED.get(scope);
}

/** Enables development mode for everything that is created at or below a scope from now on. */
export function enableDevelopment(scope: IConstruct): void {
  ENABLED.add(scope);
}
