import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { DEVELOPMENT_MODE_KEY } from '../contracts/development';

/** Scopes in which development mode is enabled. */
const ENABLED = new WeakSet<IConstruct>();

/** The first construct of this library at or below each scope that asked whether development mode is enabled. */
const FIRST_ASKED = new WeakMap<IConstruct, string>();

/**
 * True when a construct is made in development mode. What it asks for is remembered, because the mode can no longer be
 * enabled once a construct has been made without it.
 *
 * @param construct the construct, or its parent where the construct can't be passed yet
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

/** Turns development mode on for everything that is made at or below a scope from now on. */
export function enableDevelopment(scope: IConstruct): void {
  ENABLED.add(scope);
}
